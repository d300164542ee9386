"""Forms 表单: JSON Schema 2020-12 with bilingual titles, rendered and checked on the server, no JavaScript needed."""
