"""Clusters: what must be found is found, what is ordinary is not, and how often that errs is measured."""

from datetime import date, timedelta
from itertools import permutations
from math import exp, factorial
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.patterns.clusters import (
    Cluster,
    ClusterRule,
    PlaceKind,
    Sighting,
    Tally,
    find_clusters,
    narrowest,
    tail,
    tallied,
)
from tests.patterns.false_clusters import GRAVE, simulate

_RULE = ClusterRule()
_TODAY = date(2026, 11, 23)
_PUB = ("venue", b"the example arms")


def seen(number: int, days_ago: int, concern: str = "spiking_drink", **other: object) -> Sighting:
    given = {"places": frozenset({_PUB}), "concerns": frozenset({concern}), **other}
    return Sighting(report=UUID(int=number), day=_TODAY - timedelta(days=days_ago), **given)  # type: ignore[arg-type]


def found(sightings: list[Sighting], rule: ClusterRule = _RULE) -> list[Cluster]:
    tallies, past_days = tallied(sightings, _TODAY, rule)
    return find_clusters(tallies, past_days=past_days, rule=rule, grave=GRAVE)


def background(seed: int, reports: int = 400) -> list[Sighting]:
    """A year of other reports at sixty venues, among them one or two spikings a month (docs/domain.md)."""
    chance = Random(seed)
    concerns = ["alcohol_disorder"] * 16 + ["underage_drinking"] * 3 + ["drug_supply"] * 4 + ["spiking_drink"]
    return [
        seen(
            1000 + number,
            chance.randrange(365),
            chance.choice(concerns),
            places=frozenset({("venue", b"%d" % chance.randrange(60))}),
        )
        for number in range(reports)
    ]


def test_a_third_spiking_at_one_venue_in_three_weeks_is_found_on_the_first_day_of_the_service() -> None:
    third = [seen(1, 20), seen(2, 9, "spiking_needle"), seen(3, 0)]
    (cluster,) = found(third)
    assert (cluster.tally.concern, cluster.tally.recent) == ("spiking", 3)
    assert cluster.tally.reports == {UUID(int=1), UUID(int=2), UUID(int=3)}
    assert cluster.chance < cluster.bar
    assert found(third[:2]) == []
    assert found([seen(1, 21), *third[1:]]) == []


@pytest.mark.parametrize("seed", range(5))
def test_it_is_found_among_a_year_of_other_reports_too(seed: int) -> None:
    around = background(seed)
    third = [seen(1, 20), seen(2, 9), seen(3, 0)]
    spiking = {one.tally.place for one in found(around + third) if one.tally.concern == "spiking"}
    assert b"the example arms" in spiking
    assert b"the example arms" not in {one.tally.place for one in found(around + third[:2])}


def test_what_a_place_has_always_had_is_no_cluster_and_a_sudden_rise_there_is() -> None:
    usual = [seen(number, 3 * number, "alcohol_disorder") for number in range(120)]
    assert found(usual) == []
    rise = [seen(500 + number, number, "alcohol_disorder") for number in range(20)]
    assert [one.tally.recent for one in found(usual + rise)] == [27]


def test_a_rise_everywhere_is_no_cluster_anywhere() -> None:
    sightings = [
        seen(
            place * 100 + number,
            number // 4 if number < 20 else number * 7,
            "asb_nuisance",
            places=frozenset({("street", b"%d" % place)}),
        )
        for place in range(12)
        for number in range(40)
    ]
    assert found(sightings) == []
    alone = [one for one in sightings if one.places == {("street", b"3")} or one.day < _TODAY - timedelta(21)]
    assert [one.tally.place for one in found(alone)] == [b"3"]


def test_while_the_service_learns_only_grave_concerns_are_judged() -> None:
    early = [seen(number, number % 5, "alcohol_disorder") for number in range(12)]
    assert found(early) == []
    assert found([*early, seen(50, 60, "fly_tipping", places=frozenset({("venue", b"else")}))]) != []


def test_near_identical_texts_count_once() -> None:
    assert found([seen(number, number, same_text=UUID(int=9)) for number in range(5)]) == []
    apart = [seen(number, number, same_text=UUID(int=20 + number)) for number in range(3)]
    assert len(found(apart)) == 1


def test_the_pub_is_shown_and_not_its_street_as_well() -> None:
    street, cell = ("street", b"market square"), ("place_cell", b"1,2")
    three = [seen(number, number, places=frozenset({_PUB, street, cell})) for number in range(3)]
    assert [one.tally.place_kind for one in narrowest(found(three))] == ["venue"]
    more = [*three, *(seen(10 + number, number, places=frozenset({street})) for number in range(2))]
    assert [one.tally.place_kind for one in narrowest(found(more))] == ["venue", "street"]


def test_the_order_of_the_reports_does_not_matter() -> None:
    sightings = [seen(1, 20), seen(2, 9), seen(3, 0), seen(4, 0, same_text=UUID(int=3)), seen(5, 40)]
    expected = found(sightings)
    for order in permutations(sightings):
        assert found(list(order)) == expected


@pytest.mark.parametrize(("observed", "mean"), [(1, 0.1), (3, 0.5), (5, 1.0), (30, 20.0)])
def test_with_a_sure_rate_the_tail_is_that_of_poisson(observed: int, mean: float) -> None:
    poisson = 1 - sum(exp(-mean) * mean**number / factorial(number) for number in range(observed))
    assert tail(observed, mean, 1e9) == pytest.approx(poisson, rel=1e-5)


def test_with_size_one_the_tail_is_that_of_a_geometric_law() -> None:
    for observed in (0, 1, 4, 40):
        assert tail(observed, 2.0, 1.0) == pytest.approx((2 / 3) ** observed, rel=1e-9)


@given(
    st.integers(1, 300),
    st.floats(1e-6, 500, allow_nan=False),
    st.floats(0.01, 1000, allow_nan=False),
)
def test_a_tail_is_a_chance_and_falls_as_more_is_seen(observed: int, mean: float, size: float) -> None:
    now, more = tail(observed, mean, size), tail(observed + 1, mean, size)
    assert 0 <= more <= now + 1e-9
    assert now <= 1


@given(st.integers(3, 30), st.integers(0, 50), st.integers(28, 344))
def test_more_past_never_makes_a_cluster_likelier(recent: int, past: int, past_days: int) -> None:
    def found_with(past: int) -> bool:
        kind: PlaceKind = "venue"
        tally = Tally(place_kind=kind, place=b"x", concern="drug_supply", recent=recent, past=past)
        other = Tally(place_kind=kind, place=b"y", concern="drug_supply", recent=1, past=10)
        return any(
            one.tally is tally
            for one in find_clusters([tally, other], past_days=past_days, rule=_RULE, grave=GRAVE)
        )

    assert not (found_with(past + 5) and not found_with(past))


def test_where_nothing_changes_fewer_false_clusters_are_found_than_stated() -> None:
    """The quick form; `python -m tests.patterns.false_clusters` lives through ninety years."""
    quiet = simulate(11, months=12, rule=_RULE)
    assert quiet.reports > 1000
    assert quiet.a_month <= _RULE.false_a_month
    # The measure itself must notice: with a bar a thousand times lower there are many.
    careless = simulate(11, months=3, rule=ClusterRule(false_a_month=1000.0))
    assert careless.a_month > 3
