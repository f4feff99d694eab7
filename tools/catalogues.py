"""Gather the texts of the public pages, and bring every language's catalogue up to them.

    .venv/bin/python tools/catalogues.py           gather, and say how many texts each language still lacks
    .venv/bin/python tools/catalogues.py --check   the same without writing; fails when a catalogue is not up to date

Texts come from `N_()` in code, `_()` in templates, what the intake says of a wrong field, the policy's advice, and
the texts that coordinators write to reporters.
"""

import sys
import tomllib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "service" / "web" / "catalogues"
LANGUAGES = ("pl", "ro", "bg", "ur", "pt")
HEADER = """\
# Texts of Evenlode's public pages.
# AWAITING REVIEW BY A NATIVE SPEAKER: no native speaker has read these translations yet. Whoever does writes the
# date and what was read into this header.
"""
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None}
PAGES = {
    "extensions": "jinja2.ext.i18n",
    "newstyle_gettext": "true",
    "trim_blocks": "true",
    "lstrip_blocks": "true",
}


def gathered() -> Catalog:
    """Every text, with the places where it stands."""
    catalog = Catalog(project="Evenlode", charset="utf-8")
    for place, line, text in texts():
        catalog.add(text, locations=[(place, line)])
    return catalog


def texts() -> Iterator[tuple[str, int, str | tuple[str, str]]]:
    """Each text with its file and line; a text of one and many as a pair."""
    web = ROOT / "service" / "web"
    service = ROOT / "service"
    told = [*(service / "followup").glob("*.py"), service / "triage" / "outcomes.py"]
    for path in sorted([*web.rglob("*.py"), *(service / "intake").glob("*.py"), *told]):
        if "console" in path.parts:
            continue
        keywords = {"FieldFault": (2,)} if path.parent == service / "intake" else KEYWORDS
        for line, said, _, _ in extract_from_file("python", path, keywords=keywords):
            yield str(path.relative_to(ROOT)), line, said
    pages = web / "templates"
    for path in sorted([pages / "frame.html", *(pages / "public").rglob("*.html")]):
        for line, said, _, _ in extract_from_file(
            "jinja2.ext:babel_extract", path, keywords=KEYWORDS, options=PAGES
        ):
            yield str(path.relative_to(ROOT)), line, said
    for path, table in (
        (ROOT / "policy" / "advice.toml", "advice"),
        (service / "triage" / "canned_texts.toml", "text"),
    ):
        for said in tomllib.loads(path.read_text())[table]:
            yield str(path.relative_to(ROOT)), 1, said["text"]


def brought_up(code: str, now: Catalog) -> Catalog:
    """A language's catalogue with the texts there are now; what is gone is left out."""
    path = FOLDER / f"{code}.po"
    catalog = Catalog(locale=code)
    if path.exists():
        with path.open("rb") as source:
            catalog = read_po(source, locale=code)
    catalog.update(now, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    catalog.header_comment = HEADER.strip()
    catalog.fuzzy = False
    return catalog


def written(catalog: Catalog) -> bytes:
    """A catalogue as its file: sorted by text, without times, so that a change shows what changed."""
    out = BytesIO()
    write_po(out, catalog, width=120, sort_output=True, no_location=True, omit_header=False)
    lines = out.getvalue().decode().splitlines(keepends=True)
    return "".join(
        one for one in lines if not one.startswith(('"POT-Creation', '"PO-Revision', '"Generated'))
    ).encode()


def main() -> None:
    """Gather, bring up, tell."""
    check = "--check" in sys.argv[1:]
    now = gathered()
    FOLDER.mkdir(exist_ok=True)
    behind = []
    for code in LANGUAGES:
        catalog = brought_up(code, now)
        lacking = sum(1 for message in catalog if message.id and not all(_strings(message.string)))
        content = written(catalog)
        path = FOLDER / f"{code}.po"
        if not path.exists() or path.read_bytes() != content:
            behind.append(code)
            if not check:
                path.write_bytes(content)
        print(f"{code}: {len(catalog)} texts, {lacking} not translated")
    if check and behind:
        sys.exit(f"Not up to date: {', '.join(behind)}. Run `make catalogues`.")


def _strings(string: str | tuple[str, ...]) -> tuple[str, ...]:
    return string if isinstance(string, tuple) else (string,)


if __name__ == "__main__":
    main()
