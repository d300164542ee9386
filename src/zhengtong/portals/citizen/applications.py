"""An application as a page asks for it 申请: what is known, what is asked, commitments, files; of items or a bundle."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.http import HttpRequest

from zhengtong.process.cases import api as cases
from zhengtong.process.forms import api as forms
from zhengtong.process.items import api as items
from zhengtong.trust.identity.api import Actor

COMMIT, FILE = "commit-", "file-"
# Reading a whole household takes many statements; what it says of a spouse is added when the application is handed in.
_LATER = ("population.spouse_",)


def with_evidence(schema: Mapping[str, Any], pieces: Iterable[items.Evidence]) -> dict[str, Any]:
    """Return *schema* with a commitment or a file for each piece of evidence that only the applicant can give."""
    commitments, uploads = cases.asked_of_applicant(pieces)
    extra: dict[str, Any] = {}
    for piece in commitments:
        extra[COMMIT + piece.key] = {
            "type": "boolean",
            "title": f"我承诺：{piece.name.zh}真实有效，符合要求；不实承诺的，自愿承担相应责任。",
            "title_en": f"I commit: “{piece.name.en}” is true and complete; I answer for a false commitment.",
        }
    for piece in uploads:
        extra[FILE + piece.key] = {
            "type": "string",
            "format": "file",
            "title": piece.name.zh,
            "title_en": piece.name.en,
        }
    return {
        "type": "object",
        "properties": {**schema["properties"], **extra},
        "required": [*schema.get("required", ()), *extra],
    }


@dataclass(kw_only=True)
class Application:
    """One application on its page."""

    request: HttpRequest
    actor: Actor
    about: str
    schema: dict[str, Any]
    pieces: tuple[items.Evidence, ...]
    at: datetime
    known: dict[str, forms.Prefilled] = field(default_factory=dict, init=False)
    form: forms.SchemaForm = field(init=False)
    resumed: forms.DraftView | None = field(default=None, init=False)
    changed: bool = field(default=False, init=False)
    lost: tuple[str, ...] = field(default=(), init=False)

    def __post_init__(self) -> None:
        posted = self.request.method == "POST"
        whole = with_evidence(self.schema, self.pieces)
        read_now = whole if posted else _without_later(whole)
        self.known = forms.prefill(read_now, actor=self.actor, purpose=cases.HANDLING, at=self.at)
        taken = {name: one.value for name, one in self.known.items()}
        taken |= dict.fromkeys(set(whole["properties"]) - set(read_now["properties"]), "")
        if posted:
            self.form = forms.build_form(whole, self.request.POST, files=self.request.FILES, known=taken)
            return
        self.resumed = forms.draft(actor=self.actor, about=self.about)
        if self.resumed is None:
            self.form = forms.build_form(whole, known=taken)
            return
        self.form, lost = forms.carry_over(whole, self.resumed.content, known=taken)
        self.changed = bool(self.resumed.digest) and self.resumed.digest != self._digest
        self.lost = lost if self.changed else ()

    @property
    def _digest(self) -> str:
        """The digest of what is asked, by which a draft is known to be of an earlier form."""
        return forms.digest_of(json.dumps(self.schema, ensure_ascii=False))

    @property
    def saving(self) -> bool:
        """Whether the reader wants to go on later."""
        return "save" in self.request.POST

    @property
    def complete(self) -> bool:
        """Whether it can be handed in now."""
        wants_more = self.saving or self.form.asks_for_more
        return self.request.method == "POST" and not wants_more and self.form.is_valid()

    def save(self) -> None:
        """Keep what was typed, for any device."""
        forms.save_draft(actor=self.actor, about=self.about, data=self.request.POST, at=self.at, digest=self._digest)

    def parts(self) -> "Parts":
        """Return what was answered, apart from commitments and files; files are kept now."""
        answers = forms.keep_files(actor=self.actor, answers=self.form.answers, at=self.at)
        return Parts(
            answers={name: value for name, value in answers.items() if not name.startswith((COMMIT, FILE))},
            committed=[name.removeprefix(COMMIT) for name in answers if name.startswith(COMMIT) and answers[name]],
            uploads={name.removeprefix(FILE): answers[name]["file"] for name in answers if name.startswith(FILE)},
            prefilled={
                name: {"value": one.value, "source": one.source, "on": one.on.isoformat()}
                for name, one in self.known.items()
            },
            region=next((one.value for one in self.known.values() if one.source == "population.region"), ""),
        )

    def context(self) -> dict[str, Any]:
        """Return what the page shows."""
        properties = self.schema["properties"]
        facts = [(name, forms.title_of(properties[name]), one) for name, one in self.known.items()]
        if self.form.asks_for_more or self.saving:
            self.form.errors.clear()
        resumed = {"resumed": self.resumed, "changed": self.changed, "lost": self.lost}
        return {"form": self.form, "known": facts, "about": self.about, **resumed}


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """What an application hands in."""

    answers: dict[str, Any]
    committed: list[str]
    uploads: dict[str, str]
    prefilled: dict[str, Any]
    region: str


def files_schema(pieces: Iterable[tuple[str, str, str]]) -> dict[str, Any]:
    """Return a form that asks for files: key, Chinese and English name of each."""
    properties = {
        FILE + key: {"type": "string", "format": "file", "title": zh, "title_en": en} for key, zh, en in pieces
    }
    return {"type": "object", "properties": properties, "required": []}


def _without_later(schema: dict[str, Any]) -> dict[str, Any]:
    kept = {
        name: each for name, each in schema["properties"].items() if not str(each.get("source", "")).startswith(_LATER)
    }
    return {**schema, "properties": kept, "required": [name for name in schema["required"] if name in kept]}
