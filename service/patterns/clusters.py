"""Clusters: more reports of a concern at a place than its own past lets expect.

Pure. Each concern at each place is counted in a window and held against what there was in up to a year before. How
likely so many reports are if nothing has changed is an exact tail of the negative binomial, the law of a count whose
rate is known only from the past: a place with a long past is held to it, a place without one to its neighbours. The bar
is set so that a district sees at most one false cluster a month, over all places, concerns and days looked at.
docs/clusters.md has the reasons and what was measured.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import count as numbers
from math import exp, lgamma, log, log1p
from typing import Final, Literal
from uuid import UUID

import msgspec

PlaceKind = Literal["venue", "street", "place_cell"]
PLACE_KINDS: Final[tuple[PlaceKind, ...]] = ("venue", "street", "place_cell")
"""From the narrowest to the widest."""
_MONTH: Final = 30
_PRECISION: Final = 1e-12
_SLOW: Final = 0.99
_GIVEN_BACK: Final = 2.5
"""The correction takes every place, concern and day for a test of its own, although they overlap. How much of that may
be given back was measured (docs/clusters.md): with this, the false clusters found stay under those stated."""
_LEAST_PLACES: Final[Mapping[PlaceKind, int]] = {"venue": 40, "street": 200, "place_cell": 200}
_TOGETHER: Final = {"spiking_drink": "spiking", "spiking_needle": "spiking"}


class ClusterRule(msgspec.Struct, frozen=True, kw_only=True):
    """What counts as a cluster. Days are local.

    `false_a_month` is how many false clusters a district accepts in thirty days, shared by the kinds of place. `shape`
    says how unlike places are: the smaller, the more a place without a past may turn out to be a busy one.
    `least_places` are how many of a kind there are at least, known or not. Until there are `learning_days` of past,
    only grave concerns are judged: a busy street cannot be told from a cluster before. `together` are concerns counted
    as one. `steady` reports are given for free before a rise of the whole district counts.
    """

    window_days: int = 21
    past_days: int = 344
    least_reports: int = 3
    false_a_month: float = 1.0
    shape: float = 0.2
    steady: float = 5.0
    learning_days: int = 28
    least_places: Mapping[PlaceKind, int] = msgspec.field(default_factory=lambda: dict(_LEAST_PLACES))
    together: Mapping[str, str] = msgspec.field(default_factory=lambda: dict(_TOGETHER))


class Sighting(msgspec.Struct, frozen=True, kw_only=True):
    """One report, as far as clusters need it. `same_text` names the group of near-identical texts it is in."""

    report: UUID
    day: date
    places: frozenset[tuple[PlaceKind, bytes]]
    concerns: frozenset[str]
    same_text: UUID | None = None


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """The reports of one concern at one place: how many in the window, which, and how many in the past before it."""

    place_kind: PlaceKind
    place: bytes
    concern: str
    recent: int
    past: int
    reports: frozenset[UUID] = frozenset()


class Cluster(msgspec.Struct, frozen=True, kw_only=True):
    """A tally that its past does not explain. `chance` is of so many or more, `bar` what it had to stay under."""

    tally: Tally
    expected: float
    chance: float
    bar: float


def tallied(sightings: Iterable[Sighting], as_of: date, rule: ClusterRule) -> tuple[list[Tally], int]:
    """Count sightings by place and concern; also how many days of past there are, before the window.

    Near-identical texts count once, on the first day one was told. What is told after `as_of` does not exist yet.
    """
    first_recent = as_of - timedelta(days=rule.window_days - 1)
    first_past = first_recent - timedelta(days=rule.past_days)
    known = sorted((one for one in sightings if one.day <= as_of), key=lambda one: (one.day, one.report))
    recent: dict[tuple[PlaceKind, bytes, str], set[UUID]] = defaultdict(set)
    past: Counter[tuple[PlaceKind, bytes, str]] = Counter()
    told: set[UUID] = set()
    for one in known:
        if one.same_text is not None:
            if one.same_text in told:
                continue
            told.add(one.same_text)
        if one.day < first_past:
            continue
        for concern in {rule.together.get(concern, concern) for concern in one.concerns}:
            for kind, place in one.places:
                if one.day >= first_recent:
                    recent[kind, place, concern].add(one.report)
                else:
                    past[kind, place, concern] += 1
    began = max(known[0].day, first_past) if known else first_recent
    tallies = [
        Tally(
            place_kind=kind,
            place=place,
            concern=concern,
            recent=len(recent.get((kind, place, concern), ())),
            past=past[kind, place, concern],
            reports=frozenset(recent.get((kind, place, concern), ())),
        )
        for kind, place, concern in sorted({*recent, *past})
    ]
    return tallies, max(0, (first_recent - began).days)


def find_clusters(
    tallies: Sequence[Tally], *, past_days: int, rule: ClusterRule, grave: frozenset[str]
) -> list[Cluster]:
    """The tallies that their past does not explain, the least likely first.

    `past_days` is how much past there is; `grave` the concerns judged from the first day (with `together` applied).
    """
    learning = past_days < rule.learning_days
    found = []
    for kind in PLACE_KINDS:
        of_kind = [tally for tally in tallies if tally.place_kind == kind]
        places = max(len({tally.place for tally in of_kind}), rule.least_places[kind])
        concerns: dict[str, list[Tally]] = defaultdict(list)
        for tally in of_kind:
            concerns[tally.concern].append(tally)
        for concern, here in concerns.items():
            if learning and concern not in grave:
                continue
            everywhere = _Everywhere(here, places, past_days, rule)
            for tally in here:
                if tally.recent < rule.least_reports:
                    continue
                expected, size = everywhere.expected(tally)
                chance = tail(tally.recent, expected, size)
                bar = _bar(tally.recent, places * len(concerns), rule)
                if chance < bar:
                    found.append(Cluster(tally=tally, expected=expected, chance=chance, bar=bar))
    return sorted(
        found, key=lambda one: (one.chance, one.tally.place_kind, one.tally.place, one.tally.concern)
    )


def narrowest(clusters: Iterable[Cluster]) -> list[Cluster]:
    """Without those whose reports all stand in one of a narrower kind of place: a pub, and not also its street."""
    kept: list[Cluster] = []
    for kind in PLACE_KINDS:
        narrower = [one.tally for one in kept]
        kept += [
            one
            for one in clusters
            if one.tally.place_kind == kind
            and not any(
                one.tally.concern == other.concern and one.tally.reports <= other.reports
                for other in narrower
            )
        ]
    return kept


class _Everywhere:
    """A concern over all places of a kind."""

    def __init__(self, tallies: Sequence[Tally], places: int, past_days: int, rule: ClusterRule) -> None:
        self._recent = sum(tally.recent for tally in tallies)
        self._past = sum(tally.past for tally in tallies)
        self._places = places
        self._past_days = past_days
        self._rule = rule

    def expected(self, tally: Tally) -> tuple[float, float]:
        """How many reports of a tally its window would bring if nothing had changed, and the size of that law.

        The rate of the place's own past, and at least that of all other places, so that a quiet year does not make two
        reports a wonder; raised when the concern has risen everywhere else, as in summer, or when the service becomes
        known. The more there is of a past, the surer the rate: the size is what that rate brought in the days of the
        past.
        """
        rule, window = self._rule, self._rule.window_days
        others_past, others_recent = self._past - tally.past, self._recent - tally.recent
        days = (self._past_days + window) * max(1, self._places - 1)
        floor = (others_past + others_recent + 0.5) / days
        rate = max(floor, tally.past / self._past_days if self._past_days else 0.0)
        rise = 1.0
        if self._past_days:
            usual = others_past * window / self._past_days
            rise = max(1.0, (others_recent + rule.steady) / (usual + rule.steady))
        return rate * window * rise, rule.shape + rate * self._past_days


def tail(observed: int, expected: float, size: float) -> float:
    """The chance of `observed` or more, of a negative binomial with that mean and size. Exact, to 12 digits.

    The larger the size, the surer the rate; without end it is the Poisson law.
    """
    if observed <= 0:
        return 1.0
    fail = log(expected) - log(expected + size)
    per_step = exp(fail)
    if expected >= observed or per_step > _SLOW:
        # Most of it lies above: what lies below is the shorter sum, and nothing is lost by taking it away.
        term = exp(-size * log1p(expected / size))
        below = 0.0
        for number in range(observed):
            below += term
            term *= (size + number) / (number + 1) * per_step
        return max(0.0, 1.0 - below)
    term = exp(
        lgamma(size + observed)
        - lgamma(size)
        - lgamma(observed + 1)
        - size * log1p(expected / size)
        + observed * fail
    )
    total = 0.0
    for number in numbers(observed):
        total += term
        ratio = (size + number) / (number + 1) * per_step
        term *= ratio
        if ratio < 1.0 and term <= total * _PRECISION * (1.0 - ratio):
            break
    return min(1.0, total)


def _bar(observed: int, tests: int, rule: ClusterRule) -> float:
    """What the chance must stay under: this kind's share of the false clusters, over everything that is looked at.

    Every concern at every place is a test, and so is every day, since the window slides. A false cluster begins with
    the arrival of one of its reports, which bounds the looks of a month (docs/clusters.md).
    """
    looks = observed * _MONTH / rule.window_days
    return _GIVEN_BACK * rule.false_a_month / len(PLACE_KINDS) / (tests * looks)
