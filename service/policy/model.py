"""The policy as frozen records: what a partnership changes without changing code.

The first half is the files as they are written (`*Policy`, one Struct for each kind of entry); the second half is the
same policy made ready for deciding.
"""

from collections.abc import Mapping
from datetime import time
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from service.policy.vocabulary import Grade, Tier
from service.reading.spelling import Spelling

ChannelKind = Literal["email", "webhook", "console", "null"]
Family = Literal["serious_harm", "crime", "nuisance"]
Moment = Literal["symptoms_began", "occurred_at", "marked_at"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Code = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]*$")]
Sentence = Annotated[str, Meta(min_length=1)]


class _Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An entry of a policy file: a misspelt key is refused."""


class Channel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One way to a recipient. `to` is an e-mail address or a URL; empty for the console."""

    kind: ChannelKind
    to: str = ""


class RecipientPolicy(_Entry, frozen=True, kw_only=True):
    """A body that can be told.

    `tier` is the most it may see; `tier_if_named` when the reporter chose to be named. `hours` names an entry of
    `hours.toml`. `next_contact` is the recipient told when this one does not acknowledge in time, at the grades of
    `next_contact_at` only: a body that had no need to know a P4 does not learn of it because another was slow.
    `may_be_named` when whoever holds the receipt may learn that this body has the report.
    """

    code: Code
    name: Sentence
    tier: Tier
    tier_if_named: Tier | None = None
    hours: str
    next_contact: str | None = None
    next_contact_at: tuple[Grade, ...] = ("P1",)
    may_be_named: bool = False
    channels: Annotated[list[Channel], Meta(min_length=1, max_length=15)]


class Opening(_Entry, frozen=True, kw_only=True):
    """Local times between which somebody is there."""

    days: Annotated[list[Weekday], Meta(min_length=1)]
    opens: time
    closes: time


class HoursPolicy(_Entry, frozen=True, kw_only=True):
    """When a body can be reached. `out_of_hours` is the same body's own cover at all other times."""

    code: Code
    round_the_clock: bool = False
    openings: list[Opening] = []
    out_of_hours: str | None = None

    def always(self) -> bool:
        """True when somebody answers at any time of any day."""
        return self.round_the_clock or self.out_of_hours is not None


class AtLeast(_Entry, frozen=True, kw_only=True):
    """A number fact's lower bound."""

    at_least: Annotated[int, Meta(ge=1, le=1000)]


Condition = dict[str, str | list[str] | AtLeast]
"""All of these facts; a list accepts any of its values."""


class ConcernPolicy(_Entry, frozen=True, kw_only=True):
    """One concern code.

    `own_row` concerns have their own line in `routes.toml` and are left out of the general one. `graded_by_loss`
    marks remote frauds, a P4 until somebody lost or may lose something. `implies` lists atoms that follow.
    `shown_by` are conditions under which this concern is covered beside the ticked one; they see what was ticked,
    answered and read, not what follows from it.
    """

    code: str
    title: Sentence
    family: Family | None = None
    groups: list[Code] = []
    own_row: bool = False
    graded_by_loss: bool = False
    implies: list[str] = []
    shown_by: list[Condition] = []

    def tells(self) -> list[str]:
        """The atoms that follow from this concern."""
        atoms = [f"group={group}" for group in self.groups]
        if self.family is not None:
            atoms.append(f"family={self.family}")
        if self.family == "crime":
            atoms.append("crime=graded_by_loss" if self.graded_by_loss else "crime=ordinary")
        if self.family in {"serious_harm", "crime"}:
            atoms.append("row=own" if self.own_row else "row=general")
        return atoms + self.implies


class GradePolicy(_Entry, frozen=True, kw_only=True):
    """A grade's name and due time: minutes after receipt, or the end of the n-th working day after it."""

    grade: Grade
    label: Sentence
    minutes: Annotated[int, Meta(ge=1, le=525_600)] | None = None
    working_days: Annotated[int, Meta(ge=1, le=60)] | None = None
    day_ends: time = time(17)


class RulePolicy(_Entry, frozen=True, kw_only=True):
    """A line of the ladder: the grade when any of `when` holds. There is no "unless", so no fact can lower."""

    id: Sentence
    grade: Grade
    says: Sentence
    when: Annotated[list[Condition], Meta(min_length=1)]


class OtherwisePolicy(_Entry, frozen=True, kw_only=True):
    """The grade when no rule applies."""

    id: Sentence
    grade: Grade
    says: Sentence


class RoutePolicy(_Entry, frozen=True, kw_only=True):
    """A row of who is told. `must` are told; `may` could be, and are when the partnership lists them in `also`."""

    id: Sentence
    says: Sentence
    must: list[str] = []
    may: list[str] = []
    also: list[str] = []
    when: Annotated[list[Condition], Meta(min_length=1)]
    unless: list[Condition] = []


class AdvicePolicy(_Entry, frozen=True, kw_only=True):
    """A line for the reporter; `source` says where it comes from and when that was looked at."""

    code: Code
    text: Sentence
    source: Sentence
    when: Annotated[list[Condition], Meta(min_length=1)]


class ClockPolicy(_Entry, frozen=True, kw_only=True):
    """Evidence that goes: act within `hours` of the first of `start` that is known, else of receipt."""

    code: Code
    text: Sentence
    source: Sentence
    hours: Annotated[int, Meta(ge=1, le=87_600)]
    start: list[Moment] = []
    when: Annotated[list[Condition], Meta(min_length=1)]


class PhrasePolicy(_Entry, frozen=True, kw_only=True):
    """Phrases and the atoms they show; `service/policy/phrases.py` says how they are written."""

    adds: Annotated[list[str], Meta(min_length=1)]
    words: Annotated[list[str], Meta(min_length=1)]


class AsidePolicy(_Entry, frozen=True, kw_only=True):
    """Phrases that set their sentence aside: what it tells is no report of something that happened."""

    why: Sentence
    words: Annotated[list[str], Meta(min_length=1)]


class LanguagePolicy(_Entry, frozen=True, kw_only=True):
    """Everyday words of the languages that are read here, and of others by the language's name."""

    common: list[str]
    foreign: dict[str, list[str]]


class ReadingPolicy(_Entry, frozen=True, kw_only=True):
    """How sure the text reader must be before an atom counts as read, from 0 to 1.

    `beside` is for concerns and times: how sure when the reporter ticked another one; the same unless given. `phrase`
    is how sure when a phrase of the policy shows the atom too; a phrase counts whatever the reader makes of it unless
    given. `short` is how sure at least in a short text, which tells little. `unless_denied` are words: when the one
    that speaks most for the atom is among them and its clause denies it, the atom is not read.
    """

    atom: str
    sure: Annotated[float, Meta(gt=0, lt=1)]
    beside: Annotated[float, Meta(gt=0, lt=1)] | None = None
    phrase: Annotated[float, Meta(gt=0, lt=1)] | None = None
    short: Annotated[float, Meta(gt=0, lt=1)] | None = None
    unless_denied: list[str] = []


class PartnershipPolicy(_Entry, frozen=True, kw_only=True):
    """Whose policy this is. `bank_holidays` is a country and subdivision of the holidays library, as GB-ENG."""

    name: Sentence
    reference_prefix: Annotated[str, Meta(pattern=r"^[A-Z]{2,4}$")]
    timezone: str
    bank_holidays: Annotated[str, Meta(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")]
    label: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9.-]*$")]


Clause = tuple[frozenset[str], ...]
"""A condition ready to try: every set must share an atom with what is known."""


class Rule(msgspec.Struct, frozen=True):
    """A line of the ladder, ready to try."""

    id: str
    grade: Grade
    says: str
    clauses: tuple[Clause, ...]


class Route(msgspec.Struct, frozen=True):
    """A row of who is told, ready to try; `tell` is `must` and `also` together."""

    id: str
    says: str
    tell: tuple[str, ...]
    clauses: tuple[Clause, ...]
    unless: tuple[Clause, ...]


class AdviceRule(msgspec.Struct, frozen=True):
    """A line of advice, ready to try."""

    code: str
    text: str
    clauses: tuple[Clause, ...]


class ClockRule(msgspec.Struct, frozen=True):
    """An evidence clock, ready to try."""

    code: str
    text: str
    hours: int
    start: tuple[Moment, ...]
    clauses: tuple[Clause, ...]


class Gap(msgspec.Struct, frozen=True):
    """A place of a phrase where up to `words` words may stand; `over_commas` when it may leave the clause."""

    words: int
    over_commas: bool


Place = frozenset[str] | Gap
"""The words accepted at one place of a phrase, or a gap."""


class PhrasePattern(msgspec.Struct, frozen=True):
    """A phrase ready to find: the part that holds its rarest place, where that is, and what stands beside it.

    `needs` are places without which it cannot be in a text; `exceptions` are what must not stand in its sentence.
    """

    anchor: tuple[Place, ...]
    at: int
    others: tuple[tuple[Place, ...], ...]
    exceptions: tuple[tuple[Place, ...], ...]
    needs: tuple[frozenset[str], ...]
    adds: tuple[str, ...]


class Confidence(msgspec.Struct, frozen=True):
    """How sure the text reader must be of one atom: where none was ticked, and beside another that was.

    `phrase` is how sure when a phrase shows it too; None where a phrase counts by itself. `short` is what a
    short text asks at least. `unless_denied` are the words
    by which it is not read when their clause denies them.
    """

    alone: float
    beside: float
    phrase: float | None = None
    short: float = 0.0
    unless_denied: frozenset[str] = frozenset()

    def needed(self, *, is_open: bool, short: bool) -> float:
        """How sure the reader must be, by whether the reporter left the question open and whether the text is short."""
        sure = self.alone if is_open else self.beside
        return max(sure, self.short) if short else sure


PhraseIndex = Mapping[str, tuple[PhrasePattern, ...]]
"""Phrases by each word of their rarest place."""


class Policy(msgspec.Struct, frozen=True, kw_only=True, eq=False, weakref=True):
    """A whole, checked policy. `version` is the label, a hash of the files' content, and the text reader's version.

    `foreign_words` gives for each word the name of its language.

    Two policies are the same only when they are the same object; what else is kept about one is kept by that.
    """

    version: str
    partnership: PartnershipPolicy
    concerns: Mapping[str, ConcernPolicy]
    shown: Mapping[str, tuple[Clause, ...]]
    grades: Mapping[Grade, GradePolicy]
    rules: Mapping[Grade, tuple[Rule, ...]]
    otherwise: OtherwisePolicy
    routes: tuple[Route, ...]
    recipients: Mapping[str, RecipientPolicy]
    hours: Mapping[str, HoursPolicy]
    advice: tuple[AdviceRule, ...]
    clocks: tuple[ClockRule, ...]
    phrases: PhraseIndex
    aside: PhraseIndex
    spelling: Spelling
    confidences: Mapping[str, Confidence]
    common_words: frozenset[str]
    foreign_words: Mapping[str, str]
    thresholds: Mapping[str, tuple[int, ...]]
