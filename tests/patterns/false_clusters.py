"""A made-up district in which nothing ever changes, to count the clusters that are found in it all the same.

`python -m tests.patterns.false_clusters` runs it for long and prints what docs/clusters.md quotes.
"""

import sys
from collections import Counter, deque
from random import Random
from typing import Final

import msgspec

from service.patterns.clusters import PLACE_KINDS, ClusterRule, PlaceKind, Tally, find_clusters

PLACES: Final[dict[PlaceKind, int]] = {"venue": 60, "street": 500, "place_cell": 400}
_RATES: Final = {
    # Reports a day in the district (docs/domain.md, demo figures); how many are told of a venue besides their street.
    "asb_nuisance": (2.0, 0.1),
    "asb_personal": (0.6, 0.0),
    "asb_environmental": (0.3, 0.05),
    "alcohol_disorder": (0.4, 0.6),
    "theft_vehicle_plant": (0.2, 0.0),
    "burglary_business": (0.15, 0.1),
    "suspicious_rural": (0.3, 0.0),
    "fly_tipping": (0.3, 0.0),
    "county_lines": (0.2, 0.1),
    "drug_supply": (0.25, 0.3),
    "hate_incident": (0.14, 0.2),
    "domestic_abuse": (0.14, 0.0),
    "spiking": (0.05, 0.9),
    "ms_care_sector": (0.2, 0.0),
    "underage_drinking": (0.1, 0.9),
}
GRAVE: Final = frozenset({"county_lines", "domestic_abuse", "spiking", "ms_care_sector"})
_SEASON: Final = (0.8, 0.85, 0.95, 1.0, 1.2, 1.3, 1.2, 1.1, 1.0, 0.95, 0.85, 0.8)
_WEEK: Final = (0.85, 0.85, 0.9, 0.95, 1.2, 1.3, 0.95)


class Seen(msgspec.Struct, frozen=True):
    """What a run came to."""

    months: float
    reports: int
    clusters: Counter[str]

    @property
    def a_month(self) -> float:
        return self.clusters.total() / self.months


def simulate(
    seed: int,
    *,
    months: int,
    rule: ClusterRule,
    busier: float = 1.0,
    spread: float = 1.0,
    retold: float = 0.1,
) -> Seen:
    """Live through a year to learn from and `months` after it, counting every day.

    Places are as unlike as towns and lanes: the busiest has a tenth of everything (rates fall as one over the rank to
    the power of `spread`). `busier` multiplies all rates. One in ten is told by a second person in other words
    (`retold`), which nothing here takes for the same.
    """
    chance = Random(seed)
    weights = {kind: [1 / rank**spread for rank in range(1, size + 1)] for kind, size in PLACES.items()}
    window: deque[list[tuple[PlaceKind, bytes, str]]] = deque()
    before: deque[list[tuple[PlaceKind, bytes, str]]] = deque()
    recent: Counter[tuple[PlaceKind, bytes, str]] = Counter()
    past: Counter[tuple[PlaceKind, bytes, str]] = Counter()
    open_now: set[tuple[PlaceKind, bytes, str]] = set()
    found: Counter[str] = Counter()
    total, learnt = 0, rule.past_days + rule.window_days
    days = learnt + months * 30
    for day in range(days):
        today = []
        for concern, (rate, at_venue) in _RATES.items():
            for _ in range(_poisson(chance, rate * busier * _SEASON[day // 30 % 12] * _WEEK[day % 7])):
                told_again = chance.random() < retold
                kinds = PLACE_KINDS if chance.random() < at_venue else PLACE_KINDS[1:]
                for kind in kinds:
                    # Each concern has busy places of its own.
                    rank = chance.choices(range(PLACES[kind]), weights[kind])[0]
                    where = b"%d" % ((rank * 7 + len(concern) * 31) % PLACES[kind])
                    today += [(kind, where, concern)] * (2 if told_again else 1)
                total += day >= learnt
        window.append(today)
        recent.update(today)
        if len(window) > rule.window_days:
            leaving = window.popleft()
            recent.subtract(leaving)
            before.append(leaving)
            past.update(leaving)
        if len(before) > rule.past_days:
            past.subtract(before.popleft())
        if day < learnt:
            continue
        tallies = [
            Tally(place_kind=key[0], place=key[1], concern=key[2], recent=recent[key], past=past[key])
            for key in {*recent, *past}
            if recent[key] or past[key]
        ]
        now = {
            (one.tally.place_kind, one.tally.place, one.tally.concern)
            for one in find_clusters(tallies, past_days=rule.past_days, rule=rule, grave=GRAVE)
        }
        found.update(kind for kind, _, _ in now - open_now)
        open_now = now | {key for key in open_now if recent[key]}
    return Seen(months, total, found)


def _poisson(chance: Random, mean: float) -> int:
    """A Poisson number (Knuth); the means here are small."""
    waited, number = chance.expovariate(1.0), 0
    while waited < mean:
        waited += chance.expovariate(1.0)
        number += 1
    return number


if __name__ == "__main__":
    months = int(sys.argv[1]) if len(sys.argv) > 1 else 120
    for busier in (0.25, 1.0, 4.0):
        for spread in (0.5, 1.0, 1.3):
            seen = simulate(7, months=months, rule=ClusterRule(), busier=busier, spread=spread)
            print(  # noqa: T201
                f"x{busier} spread {spread}: {seen.reports / months:.0f} reports a month, "
                f"{seen.a_month:.3f} false clusters a month {dict(seen.clusters)}",
                flush=True,
            )
