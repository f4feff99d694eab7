"""Texts that coordinators often write to reporters, as data: put into the form, and changed before they are sent."""

import tomllib
from functools import lru_cache
from importlib.resources import files

import msgspec

from schemas.base import Label
from schemas.follow_up import MessageText


class CannedText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One text. `label` is what coordinators choose it by; `text` is English, and what catalogues are keyed by."""

    code: str
    label: Label
    text: MessageText


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    text: list[CannedText]


@lru_cache(maxsize=1)
def canned_texts() -> dict[str, CannedText]:
    """Every text by its code, in the order of the file."""
    content = files("service.triage").joinpath("canned_texts.toml").read_text("utf-8")
    return {one.code: one for one in msgspec.convert(tomllib.loads(content), _File).text}
