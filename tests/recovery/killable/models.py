"""Traces that handlers leave; no constraint hides a double one."""

from django.db import models


class Trace(models.Model):
    """That a handler took a step."""

    handler = models.CharField(max_length=20)
    subject = models.CharField(max_length=40)
    number = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.handler} {self.subject} {self.number}"


class Counter(models.Model):
    """How many steps of a subject a handler took: doubles and losses both show."""

    key = models.CharField(max_length=80, primary_key=True)
    steps = models.IntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.key} {self.steps}"
