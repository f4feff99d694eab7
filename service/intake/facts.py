"""A report as evidence: the ticked facts, the kind's own answers, the words, and when it happened."""

from datetime import datetime, timedelta
from typing import Final

from schemas.reports import Report
from service.intake.detect import Words, read_words
from service.intake.kinds import answers_of
from service.policy.model import Policy
from service.routing.model import Evidence, Known

_TICKED: Final = (
    "happening",
    "danger_now",
    "injured",
    "weapon",
    "weapon_kind",
    "child",
    "adult_at_risk",
    "victim_still_there",
    "victim_wants_help",
    "offenders_on_site",
    "targeted",
    "hate",
    "times_seen",
    "threat_to_reporter",
)
_JUST_NOW: Final = timedelta(minutes=30)
_DAY: Final = timedelta(hours=24)
_WEEK: Final = timedelta(days=7)
_SLACK: Final = {
    None: timedelta(),
    "exact": timedelta(),
    "about": timedelta(hours=1),
    "part_of_day": timedelta(hours=6),
    "date": _DAY,
}
_WEAPON_SEEN: Final = frozenset({"seen", "threatened", "used"})
_NO_TIME_TOLD: Final = Evidence("happening=unknown", "derived", "no time was told")
_NOBODY_SAID_GONE: Final = Evidence("offenders_on_site=unknown", "derived", "not answered")
_KIND_NOT_SAID: Final = Evidence("weapon_kind=unknown", "derived", "not answered")
_TAKEN: Final = Evidence("taken=yes", "derived", "nothing said to the contrary")


def gather(report: Report, policy: Policy, received_at: datetime, words: Words | None = None) -> Known:
    """All that is known about a report, before any rule. Pure; `received_at` carries an offset.

    `words` are the report's own, for a caller that has them already.
    """
    evidence = [
        Evidence(f"reporter={report.__struct_config__.tag}", "ticked"),
        Evidence(f"concern={report.concern}", "ticked"),
    ]
    for fact in _TICKED:
        value = getattr(report, fact)
        if value is not None:
            evidence.append(Evidence(f"{fact}={value}", "ticked"))
    if report.identifiers:
        kinds = dict.fromkeys(identifier.kind for identifier in report.identifiers)
        evidence.extend(Evidence(f"identifier={kind}", "ticked") for kind in kinds)
    if report.offenders_on_site is None:
        evidence.append(_NOBODY_SAID_GONE)
    if report.weapon_kind is None and report.weapon in _WEAPON_SEEN:
        evidence.append(_KIND_NOT_SAID)
    answers = answers_of(report)
    evidence.extend(answers.evidence)
    if not answers.nothing_taken:
        evidence.append(_TAKEN)
    times = dict(answers.times)
    if report.occurred_at is not None:
        times["occurred_at"] = report.occurred_at
    if times:
        slack = _SLACK[report.occurred_precision]
        evidence.append(_by_the_clock(times, slack, received_at, unanswered=report.happening is None))
    elif report.happening is None:
        evidence.append(_NO_TIME_TOLD)
    evidence.extend(read_words(words or Words.of(report, policy), policy))
    return Known(concern=report.concern, evidence=evidence, times=times, named=report.anonymity == "named")


def _by_the_clock(
    times: dict[str, datetime], slack: timedelta, received_at: datetime, *, unanswered: bool
) -> Evidence:
    """How long ago, by the latest moment told; a moment told roughly is taken at the latest it can mean.

    A moment just gone is now, unless the reporter answered when it was.
    """
    name, moment = max(times.items(), key=lambda told: told[1])
    age = received_at - moment - (slack if name == "occurred_at" else timedelta())
    if unanswered and abs(received_at - moment) <= _JUST_NOW:
        bucket = "now"
    elif age <= _DAY:
        bucket = "last_24h"
    elif age <= _WEEK:
        bucket = "last_7_days"
    else:
        bucket = "older"
    return Evidence(f"happening={bucket}", "derived", name)
