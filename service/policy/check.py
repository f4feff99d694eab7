"""Checks on the policy as a whole: whatever a single entry cannot know. Each fault says where and why."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from service.policy.conditions import check_conditions
from service.policy.holidays import bank_holidays
from service.policy.ladder import check_ladder
from service.policy.model import AsidePolicy, PhrasePolicy, RecipientPolicy
from service.policy.phrases import forms_of
from service.policy.read import Fault, Located, T, Written
from service.policy.vocabulary import CONCERNS, GRADES, RECIPIENTS
from service.reading.reader import shipped_reader

_NO_FAMILY: Final = "not_sure"
_ANY_YEAR: Final = 2026


def check(written: Written) -> list[Fault]:
    """Every fault of a policy whose entries could all be read."""
    faults: list[Fault] = []
    for part in (
        _unique,
        _partnership,
        _concerns,
        _grades,
        _hours,
        _recipients,
        _routes,
        _round_the_clock,
        _phrases,
        _readings,
        check_conditions,
        check_ladder,
    ):
        faults.extend(part(written))
    return faults


def _repeated(entries: Iterable[Located[T]], code_of: Callable[[T], str]) -> Iterator[Fault]:
    seen: set[str] = set()
    for located in entries:
        code = code_of(located.entry)
        if code in seen:
            yield located.fault(f"{code!r} is given twice", f'"{code}"')
        seen.add(code)


def _unique(written: Written) -> Iterator[Fault]:
    yield from _repeated(written.concerns, lambda entry: entry.code)
    yield from _repeated(written.grades, lambda entry: entry.grade)
    yield from _repeated(written.rules, lambda entry: entry.id)
    yield from _repeated(written.routes, lambda entry: entry.id)
    yield from _repeated(written.recipients, lambda entry: entry.code)
    yield from _repeated(written.hours, lambda entry: entry.code)
    yield from _repeated(written.advice, lambda entry: entry.code)
    yield from _repeated(written.clocks, lambda entry: entry.code)
    yield from _repeated(written.readings, lambda entry: entry.atom)


def _partnership(written: Written) -> Iterator[Fault]:
    located = written.partnership
    if located is None:
        return
    try:
        ZoneInfo(located.entry.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield located.fault(f"no time zone is called {located.entry.timezone!r}", "timezone")
    try:
        bank_holidays(_ANY_YEAR, located.entry.bank_holidays)
    except NotImplementedError:
        yield located.fault(
            f"no bank holidays are known for {located.entry.bank_holidays!r}", "bank_holidays"
        )


def _concerns(written: Written) -> Iterator[Fault]:
    given = {located.entry.code for located in written.concerns}
    for located in written.concerns:
        concern = located.entry
        if concern.code not in CONCERNS:
            yield located.fault(f"{concern.code!r} is not a concern of the wire", concern.code)
        if concern.family is None and concern.code != _NO_FAMILY:
            yield located.fault(f"{concern.code!r} has no family", concern.code)
        if concern.graded_by_loss and concern.family != "crime":
            yield located.fault(
                f"{concern.code!r}: only a crime can be graded by loss", "graded_by_loss", concern.code
            )
    if written.concerns:
        last = written.concerns[-1]
        for code in CONCERNS:
            if code not in given:
                yield last.fault(f"the concern {code!r} is missing")


def _grades(written: Written) -> Iterator[Fault]:
    for located in written.grades:
        grade = located.entry
        if (grade.minutes is None) == (grade.working_days is None):
            yield located.fault(f"{grade.grade} needs either minutes or working_days", grade.grade)
    given = {located.entry.grade for located in written.grades}
    if written.grades:
        last = written.grades[-1]
        for code in GRADES:
            if code not in given:
                yield last.fault(f"the grade {code!r} has no due time")


def _recipients(written: Written) -> Iterator[Fault]:
    hours = {located.entry.code for located in written.hours}
    by_code = {located.entry.code: located.entry for located in written.recipients}
    for located in written.recipients:
        recipient = located.entry
        if recipient.hours not in hours:
            yield located.fault(f"{recipient.code}: no hours are called {recipient.hours!r}", "hours =")
        if recipient.tier_if_named is not None and recipient.tier_if_named < recipient.tier:
            yield located.fault(f"{recipient.code}: tier_if_named is less than tier", "tier_if_named")
        kinds = [channel.kind for channel in recipient.channels]
        for kind in {kind for kind in kinds if kinds.count(kind) > 1}:
            # A notification is known by its route and the kind of its channel, so a second of a kind would be lost.
            yield located.fault(f"{recipient.code}: two channels are {kind}; give each kind once", kind)
        for channel in recipient.channels:
            if channel.kind == "email" and "@" not in channel.to:
                yield located.fault(f"{recipient.code}: an email channel needs an address in `to`", "email")
        yield from _next_contact(located, by_code)
    if written.recipients:
        last = written.recipients[-1]
        for code in RECIPIENTS:
            if code not in by_code:
                yield last.fault(f"the recipient {code!r} of the triage guide is missing")


def _hours(written: Written) -> Iterator[Fault]:
    """Somebody is there at some time, or nothing could ever be due."""
    for located in written.hours:
        hours = located.entry
        if not hours.openings and not hours.round_the_clock:
            yield located.fault(f"{hours.code}: give openings, or round_the_clock = true", f'"{hours.code}"')
        for opening in hours.openings:
            if opening.closes <= opening.opens:
                yield located.fault(
                    f"{hours.code}: an opening closes before it opens; split one that runs past midnight",
                    "opens =",
                )


def _next_contact(
    located: Located[RecipientPolicy], by_code: Mapping[str, RecipientPolicy]
) -> Iterator[Fault]:
    recipient = located.entry
    following = recipient.next_contact
    if following is not None and following not in by_code:
        reason = f"{recipient.code}: next_contact {following!r} is not a recipient"
        yield located.fault(reason, "next_contact =")
    chain = [recipient.code]
    while following is not None and following in by_code and following not in chain:
        chain.append(following)
        following = by_code[following].next_contact
    if following == recipient.code:
        turns = " → ".join([*chain, following])
        yield located.fault(f"next_contact goes round in a circle: {turns}", "next_contact =")


def _routes(written: Written) -> Iterator[Fault]:
    known = {located.entry.code for located in written.recipients}
    for located in written.routes:
        route = located.entry
        for code in dict.fromkeys(route.must + route.may + route.also):
            if code not in known:
                yield located.fault(f"{route.id}: {code!r} is not a recipient", f'"{code}"')
        for code in route.also:
            if code not in route.may:
                yield located.fault(
                    f"{route.id}: `also` may only name what `may` allows, not {code!r}", "also"
                )
        if not route.must and not route.may:
            yield located.fault(f"{route.id} tells nobody")


def _round_the_clock(written: Written) -> Iterator[Fault]:
    """Every P1 reaches somebody at any time, through each recipient it may be routed to."""
    hours = {located.entry.code: located.entry for located in written.hours}
    recipients = {located.entry.code: located for located in written.recipients}

    def reachable(code: str) -> bool:
        seen: set[str] = set()
        following: str | None = code
        while following is not None and following in recipients and following not in seen:
            seen.add(following)
            recipient = recipients[following].entry
            if recipient.hours in hours and hours[recipient.hours].always():
                return True
            following = recipient.next_contact if "P1" in recipient.next_contact_at else None
        return False

    told = {code for located in written.routes for code in (*located.entry.must, *located.entry.also)}
    for code in sorted(told & recipients.keys()):
        if not reachable(code):
            yield recipients[code].fault(
                f"{code} can be told of a P1 but is not reachable round the clock: give it such hours, or a "
                "next_contact at P1 that is",
                "hours =",
            )
    always_told = any(
        located.entry.must and not located.entry.unless and {"grade": "P1"} in located.entry.when
        for located in written.routes
    )
    if written.routes and not always_told:
        yield written.routes[-1].fault(
            'no route tells anybody of every P1: there must be a row with when = [{ grade = "P1" }]'
        )


def _phrases(written: Written) -> Iterator[Fault]:
    entries: list[Located[PhrasePolicy] | Located[AsidePolicy]] = [*written.phrases, *written.asides]
    for located in entries:
        for phrase in located.entry.words:
            try:
                forms_of(phrase, written.classes)
            except ValueError as fault:
                yield located.fault(str(fault), phrase)


def _readings(written: Written) -> Iterator[Fault]:
    learnt = {*shipped_reader().atoms, "time=told"}
    for located in written.readings:
        atom = located.entry.atom
        if atom not in learnt:
            yield located.fault(f"the text reader has not learnt {atom!r}", atom)
        if located.entry.beside is not None and not atom.startswith(("concern=", "happening=")):
            yield located.fault(f"`beside` is for concerns and times, not for {atom!r}", "beside")
