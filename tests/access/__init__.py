"""Who may have which data: every resource, class, grade, caller and door, held against a table lawyers can read."""
