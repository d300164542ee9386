"""What the reform desk asks: a new version, where running cases go, what a rehearsal assumes."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from zhengtong.kernel.pages.api import DatePartsField
from zhengtong.process.bpmn.api import ActivityNode, Definitions, Step
from zhengtong.process.store import api as store

LARGEST = 2_000_000  # bytes of a model; the largest of the public test models has a tenth of it
DECISIONS = "decisions-"
NODE = "node-"
PEOPLE, PEOPLE_AFTER, MINUTES = "people-", "after-", "minutes-"
NOWHERE = "-"


class VersionForm(forms.Form):
    """A new version: the process as text or as a file, its decision models, from which day it takes effect.

    Args:
        source: what is edited.
        today: the day before which no version may begin.
    """

    bpmn = forms.CharField(
        label=_("流程模型（BPMN 2.0 XML）"),
        required=False,
        strip=False,
        max_length=LARGEST,
        widget=forms.Textarea({"rows": 24, "class": "code", "spellcheck": "false", "wrap": "off"}),
    )
    file = forms.FileField(label=_("或者上传流程模型文件"), required=False, help_text=_("上传的文件代替上面的文字。"))
    decision_file = forms.FileField(
        label=_("上传决策表（DMN）"), required=False, help_text=_("同名的决策表被替换，清空文字即删除。")
    )
    effective_on = DatePartsField(label=_("从哪一天起生效"), required=False, help_text=_("留空表示发布后立即生效。"))

    def __init__(self, data: Any = None, files: Any = None, *, source: store.Source, today: date) -> None:
        super().__init__(data, files, initial={"bpmn": source.bpmn.decode()})
        self._today = today
        self._decisions: list[str] = []
        uploaded = (name.removeprefix(DECISIONS) for name in data or () if name.startswith(DECISIONS))
        for name in dict.fromkeys([*source.decisions, *uploaded]):
            self._add_decision(name, source.decisions.get(name, b"").decode())

    def _add_decision(self, name: str, text: str) -> None:
        """Show a decision model of the version, or one that was uploaded, as text."""
        self._decisions.append(name)
        self.fields[DECISIONS + name] = forms.CharField(
            label=_("决策表 %(name)s") % {"name": name},
            required=False,
            strip=False,
            max_length=LARGEST,
            initial=text,
            widget=forms.Textarea({"rows": 12, "class": "code", "spellcheck": "false", "wrap": "off"}),
        )
        self.order_fields(["bpmn", "file", *(DECISIONS + one for one in self._decisions), "decision_file"])

    def clean_effective_on(self) -> date | None:
        """Return the day, not before today."""
        day: date | None = self.cleaned_data["effective_on"]
        if day is not None and day < self._today:
            raise forms.ValidationError(_("生效日不能早于今天。"))
        return day

    def clean(self) -> dict[str, Any]:
        """Take the file in place of the text; one of them is needed."""
        asked: dict[str, Any] = self.cleaned_data
        for name in ("file", "decision_file"):
            if asked.get(name) is not None and asked[name].size > LARGEST:
                self.add_error(name, _("文件太大，最多 2 MB。"))
        if not self.errors and not asked.get("file") and not asked.get("bpmn", "").strip():
            self.add_error("bpmn", _("请填写流程模型或上传文件。"))
        return asked

    def model(self) -> store.Source:
        """Return what is to be checked and published, with one kind of line end: a browser sends another than files."""
        asked = self.cleaned_data
        decisions = {name: asked[DECISIONS + name].encode() for name in self._decisions}
        decisions = {name: text for name, text in decisions.items() if text.strip()}
        if asked.get("decision_file"):
            decisions[asked["decision_file"].name] = asked["decision_file"].read()
        bpmn = asked["file"].read() if asked.get("file") else asked["bpmn"].encode()
        return store.Source(bpmn=_lines(bpmn), decisions={name: _lines(text) for name, text in decisions.items()})

    def shown(self) -> store.Source:
        """Return what the page shows as text."""
        decisions = {name: self[DECISIONS + name].value() or "" for name in self._decisions}
        return store.Source(
            bpmn=_lines((self["bpmn"].value() or "").encode()),
            decisions={name: _lines(text.encode()) for name, text in decisions.items()},
        )

    def show(self, source: store.Source) -> None:
        """Let the page show what was read from files as text, so that what was checked is what is published."""
        data = dict(self.data.items())
        data["bpmn"] = source.bpmn.decode(errors="replace")
        for name, text in source.decisions.items():
            data[DECISIONS + name] = text.decode(errors="replace")
            if name not in self._decisions:
                self._add_decision(name, "")
        self.data = data


class PairForm(forms.Form):
    """Two versions of a definition."""

    before = forms.TypedChoiceField(label=_("从哪一版"), coerce=int)
    after = forms.TypedChoiceField(label=_("到哪一版"), coerce=int)

    def __init__(self, data: Any, *, versions: Sequence[store.VersionLine]) -> None:
        super().__init__(data or None)
        for name in ("before", "after"):
            _choose(self.fields[name], [(one.version, f"v{one.version}") for one in versions])


class MoveForm(forms.Form):
    """Where cases go that wait at a step the new version does not have under the same id."""

    def __init__(self, data: Any, *, unplaced: Sequence[store.SuggestedPlace], target: Definitions) -> None:
        super().__init__(data)
        places = [("", _("没有对应环节")), *_places(target)]
        for one in unplaced:
            field = forms.ChoiceField(
                label=one.name or one.node, choices=places, required=False, initial=one.suggestion
            )
            self.fields[NODE + one.node] = field

    def instructions(self) -> dict[str, str]:
        """Return old and new id of each step that was given a place."""
        given = self.cleaned_data.items()
        return {name.removeprefix(NODE): place for name, place in given if name.startswith(NODE) and place}


class RehearsalForm(forms.Form):
    """What a rehearsal compares the version in effect with, and who does the work.

    Args:
        choices: what may be judged: other versions, or two tasks side by side.
        roles: who does the work, each with how many people do it now.
        steps: the work of all that may be judged; its minutes are learned where nothing is said.
    """

    candidate = forms.ChoiceField(label=_("改成什么样"))
    days = forms.TypedChoiceField(
        label=_("用多长时间的办件"), coerce=int, initial=90,
        choices=[(30, _("最近 30 天")), (90, _("最近一个季度")), (365, _("最近一年"))],
    )  # fmt: skip

    def __init__(
        self,
        data: Any,
        *,
        choices: Sequence[tuple[str, Any]],
        roles: Mapping[str, tuple[Any, int]],
        steps: Sequence[Step],
    ) -> None:
        super().__init__(data or None)
        _choose(self.fields["candidate"], choices)
        for number, (title, people) in enumerate(roles.values()):
            for prefix, label in ((PEOPLE, _("%(who)s：现有人数")), (PEOPLE_AFTER, _("%(who)s：改后人数"))):
                self.fields[f"{prefix}{number}"] = forms.IntegerField(
                    label=label % {"who": title}, min_value=1, max_value=10_000, initial=people, required=False,
                    widget=forms.TextInput({"inputmode": "numeric", "class": "short"}),
                )  # fmt: skip
        for step in steps:
            self.fields[MINUTES + step.node] = forms.IntegerField(
                label=_("%(step)s：改后每件办理分钟数") % {"step": step.title}, min_value=1, max_value=100_000,
                required=False, widget=forms.TextInput({"inputmode": "numeric", "class": "short"}),
                help_text=_("留空表示和记录里的一样长。"),
            )  # fmt: skip
        self._roles = roles

    def people(self, prefix: str) -> dict[str, int]:
        """Return how many people each role has."""
        asked = self.cleaned_data
        return {
            role: asked.get(f"{prefix}{number}") or people
            for number, (role, (_title, people)) in enumerate(self._roles.items())
        }

    def minutes(self) -> dict[str, int]:
        """Return the minutes said for steps."""
        said = self.cleaned_data.items()
        return {name.removeprefix(MINUTES): value for name, value in said if name.startswith(MINUTES) and value}


def _lines(text: bytes) -> bytes:
    """Return XML with line feeds alone, as every reader of XML takes it (XML 1.0 §2.11)."""
    return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _choose(field: forms.Field, choices: Sequence[tuple[Any, Any]]) -> None:
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- declared as one
    field.choices = list(choices)


def _places(target: Definitions) -> list[tuple[str, str]]:
    return [
        (node.id, node.name or node.id)
        for process in target.processes.values()
        for node in process.nodes.values()
        if isinstance(node, ActivityNode)
    ]
