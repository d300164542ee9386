"""Settings: `base` reads the environment and serves the embedded database and PostgreSQL alike; `test` is for tests."""
