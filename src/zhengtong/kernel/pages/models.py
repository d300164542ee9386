"""The one table of pages."""

from django.db import models


class Preference(models.Model):
    """How one signed-in reader wants pages.

    Invariant: one row per reader. The reader is named by the account's key, not by a foreign key, because the kernel
    stands below identity and knows no account.
    """

    reader = models.CharField(max_length=64, primary_key=True)
    chosen = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.chosen
