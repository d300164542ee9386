"""The house rules, held by machine: who may import whom, what every route, table and page must be."""
