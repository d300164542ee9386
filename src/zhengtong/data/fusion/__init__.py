"""Golden records 融合: many departments' rows become one record a person, enterprise, licence, place, subject."""
