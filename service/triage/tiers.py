"""What a team of a tier sees of a report (domain notes, disclosure tiers). Pure.

D1 sees the report's place in the queue and nothing of what was said; D2 what, where and when, and nothing by which the
reporter could be known; D3 all but who reported, which is never in the body. The fields of D2 are data: they stand in
the table `summary_field` too, by which the database itself makes the summary, and a test holds the two together.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, Literal

import msgspec

from service.policy.vocabulary import Tier


class SummaryField(msgspec.Struct, frozen=True):
    """A field of the summary: under which name, from where, and how.

    `as_is`: the answer. `hour`: a time cut to the hour. `listed`: one of several under the name. `identifiers`: those
    of `kind`. Two ways of saying a thing that tell the kinds of reporter apart share a name.
    """

    shown: str
    path: tuple[str, ...]
    how: Literal["as_is", "hour", "listed", "identifiers"] = "as_is"
    kind: str | None = None


SUMMARY: Final[tuple[SummaryField, ...]] = (
    *(
        SummaryField(name, (name,))
        for name in (
            "concern",
            "happening",
            "danger_now",
            "injured",
            "weapon",
            "weapon_kind",
            "child",
            "adult_at_risk",
            "offenders_on_site",
            "hate",
            "times_seen",
        )
    ),
    SummaryField("occurred_at", ("occurred_at",), "hour"),
    SummaryField("town", ("location", "town")),
    SummaryField("venues", ("venue",), "listed"),
    SummaryField("venues", ("identifiers",), "identifiers", "venue"),
)


def view_for(tier: Tier, body: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a stored body (wire form, without its source) that a team of this tier may see."""
    if tier == "D1":
        return {}
    if tier != "D2":
        return dict(body)
    seen: dict[str, Any] = {}
    for field in SUMMARY:
        value = _at(body, field.path)
        if value is None or value == []:
            continue
        match field.how:
            case "as_is":
                seen[field.shown] = value
            case "hour":
                seen[field.shown] = _hour(value)
            case "listed":
                _list(seen, field.shown, [value])
            case "identifiers":
                _list(seen, field.shown, [one["value"] for one in value if one["kind"] == field.kind])
    return seen


def _at(body: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    value: Any = body
    for step in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(step)
    return value


def _hour(told: str) -> str:
    moment = datetime.fromisoformat(told).astimezone(UTC)
    return f"{moment:%Y-%m-%dT%H}:00:00Z"


def _list(seen: dict[str, Any], shown: str, values: list[Any]) -> None:
    if values:
        seen[shown] = list(dict.fromkeys([*seen.get(shown, []), *values]))
