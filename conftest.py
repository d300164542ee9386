"""What all tests share: patience, and the choice of the tests that a second database can tell something about."""

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is no fault of the code under test. In CI, Hypothesis takes its own profile: patient, repeatable.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
if settings.get_current_profile_name() != "ci":
    settings.load_profile("patient")

DATABASE_FIXTURES = {
    "db", "transactional_db", "django_db_setup", "django_db_serialized_rollback", "django_db_reset_sequences",
    "admin_client", "admin_user", "live_server", "django_assert_num_queries", "django_assert_max_num_queries",
}  # fmt: skip


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that `make test` uses for its second database."""
    parser.addoption(
        "--database-tests-only",
        action="store_true",
        help="run only tests that touch the database: the others would say the same on any",
    )


def touches_database(item: pytest.Item) -> bool:
    """Tell whether *item* asks for the database, by marker, by fixture or as a Django test case."""
    if item.get_closest_marker("django_db") or DATABASE_FIXTURES & set(getattr(item, "fixturenames", ())):
        return True
    return hasattr(getattr(item, "cls", None), "databases")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Drop what `--database-tests-only` has no use for."""
    if not config.getoption("--database-tests-only"):
        return
    kept = [item for item in items if touches_database(item)]
    config.hook.pytest_deselected(items=[item for item in items if not touches_database(item)])
    items[:] = kept
