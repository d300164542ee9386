"""Prefill from ministries 国家部委接口: what a ministry says of the applicant, asked under a grant, on the record."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.utils.translation import get_language

from zhengtong.data.ministries import api as ministries
from zhengtong.kernel.errors import Text
from zhengtong.process.forms.population import Values
from zhengtong.trust.identity.contracts import Actor


class MinistrySource:
    """One interface as a source: it answers only while a department is granted it for applicants' forms.

    Args:
        interface: its code in the catalogue.
        title: how the source is called on screen.
        department: key of the department that answers objections here.
        items: outputs of the interface that a field may be filled from, with their names on screen.
    """

    def __init__(self, interface: str, *, title: Text, department: str, items: Mapping[str, Text]) -> None:
        self.interface, self.title, self.department, self.items = interface, title, department, items

    def values(self, names: Collection[str], *, actor: Actor, purpose: str, at: datetime) -> Values:
        """Return what the ministry says of the actor's party; nothing where it has no record."""
        answer = ministries.ask_about_oneself(actor=actor, interface=self.interface, purpose=purpose, at=at)
        record, english = answer.record or {}, (get_language() or "").startswith("en")
        return {
            item.key: (record[item.key], item.shown(record[item.key], english=english))
            for item in answer.interface.outputs
            if item.key in names and item.key in record
        }
