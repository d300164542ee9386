"""Rules written as data, executed: FEEL, DMN decision tables, condition trees. Pure libraries, no tables, no Django."""
