"""The English translation: complete, none guessed, one English a text, compiled files current, no stale entry.

    python scripts/translations.py            bring each app's .po and .mo up to date; new texts are left to translate
    python scripts/translations.py --check    tell what is missing

Source texts are Chinese. Each app keeps `locale/en/LC_MESSAGES/django.po` and the compiled `.mo` beside it; texts
outside of installed apps (`kernel/money.py`, `process/bpmn`) belong to the room's own `locale`. A text is translated
if any catalogue has it. Needs no gettext on the machine.
"""

import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from io import BytesIO, StringIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src/zhengtong"
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None, "_now": None, "_lazy": None, "_mark": None, "mark": None,
    "gettext": None, "gettext_lazy": None, "gettext_noop": None,
    "ngettext": (1, 2), "ngettext_lazy": (1, 2), "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3), "npgettext_lazy": ((1, "c"), 2, 3),
}  # fmt: skip
HAN = re.compile(r"[\u4e00-\u9fff]")
SAME_IN_ENGLISH = re.compile("简体中文|中文|政通")
Key = tuple[str | None, str]


def owners() -> list[Path]:
    """Return the folders that may own a catalogue: installed apps, then rooms."""
    apps = sorted(path.parent for path in PACKAGE.glob("*/*/apps.py"))
    rooms = sorted(path.parent for path in PACKAGE.glob("*/__init__.py"))
    return [*apps, *rooms]


def sources_of(owner: Path, claimed: set[Path]) -> Iterator[Path]:
    """Yield the modules and templates of *owner* that no deeper owner has claimed."""
    for path in sorted([*owner.rglob("*.py"), *owner.rglob("*.html"), *owner.rglob("*.txt")]):
        relative = path.relative_to(owner).parts
        if path not in claimed and not {"tests", "migrations", "locale", "static"} & set(relative[:-1]):
            claimed.add(path)
            yield path


def texts_of(path: Path) -> Iterator[tuple[str | None, str | tuple[str, ...]]]:
    """Yield context and text of everything marked for translation in one file."""
    from django.utils.translation.template import templatize  # noqa: PLC0415 -- the command line may only ask for help

    content = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        content = templatize(content, origin=str(path))
    for _line, text, _comments, context in extract("python", BytesIO(content.encode()), keywords=KEYWORDS):
        yield context, text


def wanted(owner: Path, claimed: set[Path]) -> dict[Key, str | tuple[str, ...]]:
    """Return the texts that *owner*'s catalogue must translate."""
    found: dict[Key, str | tuple[str, ...]] = {}
    for path in sources_of(owner, claimed):
        for context, text in texts_of(path):
            single = text if isinstance(text, str) else text[0]
            if single:
                found[context, single] = text
    return found


def catalogue(owner: Path) -> Path:
    """Return where *owner* keeps its English catalogue."""
    return owner / "locale/en/LC_MESSAGES/django.po"


def read(path: Path) -> Catalog:
    """Read a .po file; one that is not there is empty."""
    if not path.exists():
        return new_catalogue()
    with path.open("rb") as file:
        return read_po(file, locale="en", domain="django")


def new_catalogue() -> Catalog:
    """Return an empty catalogue without the header lines that change at every run."""
    return Catalog(locale="en", domain="django", charset="utf-8", fuzzy=False, header_comment="")


def translation(message_string: object) -> tuple[str, ...]:
    """Return the forms of a translation."""
    return tuple(message_string) if isinstance(message_string, list | tuple) else (str(message_string or ""),)


def entries_of(path: Path) -> dict[Key, Message]:
    """Return the entries of a .po file by context and text."""
    return {(m.context, m.id if isinstance(m.id, str) else m.id[0]): m for m in read(path) if m.id}


def problems(texts: dict[Path, dict[Key, str | tuple[str, ...]]]) -> Iterator[str]:
    """Yield what the catalogues lack for *texts* (by owner), and what they hold for nothing."""
    paths = [catalogue(owner) for owner in texts if catalogue(owner).exists()]
    known = {path: entries_of(path) for path in paths}
    everywhere = {key for of_owner in texts.values() for key in of_owner}
    for owner, of_owner in texts.items():
        name = catalogue(owner).relative_to(ROOT)
        for key in of_owner:
            messages = [entries[key] for entries in known.values() if key in entries]
            complaints = [complaint(key[1], message) for message in messages] or ["is missing"]
            if all(complaints):
                yield f"{name}: “{key[1][:40]}” {complaints[0]}"
    for path, entries in known.items():
        for key in entries.keys() - everywhere:
            yield f"{path.relative_to(ROOT)}: “{key[1][:40]}” is in no source any more"
        if not is_compiled(path):
            yield f"{path.relative_to(ROOT)}: the compiled .mo is not current"
    yield from of_two_minds(known)
    for path in sorted(set(PACKAGE.rglob("django.po")) - set(paths)):
        yield f"{path.relative_to(ROOT)}: Django does not look here; move it to the app's or the room's locale"


def of_two_minds(known: dict[Path, dict[Key, Message]]) -> Iterator[str]:
    """Yield the texts that two catalogues translate differently: only one of the two is ever shown, on every page."""
    english: dict[Key, dict[tuple[str, ...], Path]] = defaultdict(dict)
    for path, entries in known.items():
        for key, message in entries.items():
            english[key].setdefault(translation(message.string), path)
    for (_context, text), wordings in english.items():
        if len(wordings) > 1:
            said = "; ".join(f"“{forms[0][:40]}” in {path.relative_to(ROOT)}" for forms, path in wordings.items())
            yield f"“{text[:40]}” has more than one English: {said}. Agree on one, or tell the two apart by a context"


def complaint(text: str, message: Message) -> str:
    """Return what is wrong with a translation, or nothing."""
    forms = translation(message.string)
    if message.fuzzy:
        return "is marked fuzzy"
    if not all(forms):
        return "is not translated"
    if any(HAN.search(SAME_IN_ENGLISH.sub("", form)) for form in forms):
        return "is translated with Chinese characters"
    return "" if places(text) == places(forms[-1]) else "and its translation have different places to fill"


def places(text: str) -> set[str]:
    """Return the names a text is filled with.

    >>> sorted(places("共 {count} 件，%(name)s"))
    ['%(name)s', '{count}']
    """
    return set(re.findall(r"%\(\w+\)[sd]|(?<!\{)\{\w+\}", text))


def context_of(message: Message) -> str | None:
    """Return a message's context; Babel reads the one of a compiled file as bytes."""
    return message.context.decode() if isinstance(message.context, bytes) else message.context


def is_compiled(path: Path) -> bool:
    """Tell whether the .mo beside *path* says the same."""
    compiled = path.with_suffix(".mo")
    if not compiled.exists():
        return False
    with compiled.open("rb") as file:
        built = {(context_of(m), translation(m.id)): translation(m.string) for m in read_mo(file) if m.id}
    written = {(m.context, translation(m.id)): translation(m.string) for m in read(path) if m.id and not m.fuzzy}
    return built == written


def update(owner: Path, texts: dict[Key, str | tuple[str, ...]]) -> str:
    """Write *owner*'s catalogue: known translations kept, new texts empty, stale ones gone; compile it."""
    path = catalogue(owner)
    old = entries_of(path)
    fresh = new_catalogue()
    for (context, single), text in sorted(texts.items(), key=lambda item: (item[0][1], item[0][0] or "")):
        known = old.get((context, single))
        fresh.add(text, known.string if known and not known.fuzzy else None, context=context)
    path.parent.mkdir(parents=True, exist_ok=True)
    with BytesIO() as buffer:
        write_po(buffer, fresh, omit_header=False, no_location=True, width=120)
        path.write_text(without_dates(buffer.getvalue().decode()), encoding="utf-8")
    if not is_compiled(path):  # else it would change with the time of day alone
        with path.with_suffix(".mo").open("wb") as file:
            write_mo(file, fresh)
    open_texts = sum(not all(translation(m.string)) for m in fresh if m.id)
    return f"{path.relative_to(ROOT)}: {len(texts)} texts, {open_texts} to translate"


def without_dates(text: str) -> str:
    """Leave out header lines that would change at every run."""
    output = StringIO()
    for line in text.splitlines(keepends=True):
        if not re.match(r'"(POT-Creation-Date|PO-Revision-Date|Generated-By|Last-Translator|Report-Msgid)', line):
            output.write(line)
    return output.getvalue()


def main() -> int:
    """Check or update every catalogue."""
    import django  # noqa: PLC0415
    from django.conf import settings  # noqa: PLC0415

    settings.configure(USE_I18N=True)
    django.setup()
    claimed: set[Path] = set()
    texts = {owner: wanted(owner, claimed) for owner in owners()}
    if "--check" in sys.argv[1:]:
        found = list(problems(texts))
        print("\n".join(found))
        return 1 if found else 0
    for owner, of_owner in texts.items():
        if of_owner or catalogue(owner).exists():
            print(update(owner, of_owner))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
