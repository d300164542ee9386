"""`flush`, which a ledger forbids: only a test database may be emptied."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands import flush
from django.db import connections

from zhengtong.trust.ledger import guards


class Command(flush.Command):
    """Django's flush for test databases; refused everywhere else."""

    def handle(self, **options: Any) -> None:
        if not settings.LEDGER_MAY_BE_EMPTIED:
            raise CommandError(
                "This database holds a ledger, which is never emptied. Name another ZHENGTONG_HOME or DATABASE_URL."
            )
        connection = connections[options["database"]]
        guards.lift(connection)
        try:
            super().handle(**options)
        finally:
            guards.install(connection)
