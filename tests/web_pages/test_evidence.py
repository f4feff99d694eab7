"""Deadlines as they are told: by the clock on the wall, with the hours that really pass, on every night of the year."""

from datetime import UTC, datetime, timedelta

import pytest

from service.routing.model import EvidenceClock
from service.web.languages import BY_CODE
from service.web.public.evidence import Window, by_text, deadlines, left_text
from service.web.public.moments import LONDON, stamp, typed_moment, written_at

EN = BY_CODE["en"]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "act_by", "by", "left"),
    [
        # An ordinary night.
        ("2026-11-28 23:40", "2026-11-29 11:40", "Act by 11:40 tomorrow", "12 h 0 min left"),
        ("2026-11-29 04:20", "2026-11-29 11:40", "Act by 11:40 today", "7 h 20 min left"),
        # Clocks go back on 25 October 2026: from 23:00 BST to 10:00 GMT on the wall are twelve hours.
        ("2026-10-24 22:00", "2026-10-25 10:00", "Act by 10:00 tomorrow", "12 h 0 min left"),
        # In the hour that comes twice, still before midnight UTC: the day is London's.
        ("2026-10-24 23:30", "2026-10-25 11:30", "Act by 11:30 today", "12 h 0 min left"),
        # Clocks go forward on 29 March 2026: from 23:00 GMT to 12:00 BST on the wall are twelve hours.
        ("2026-03-28 23:00", "2026-03-29 11:00", "Act by 12:00 tomorrow", "12 h 0 min left"),
        # Seven days across the change in October.
        ("2026-10-22 20:00", "2026-10-29 20:00", "Act by 20:00 on Thursday 29 October", "7 days 0 h left"),
        # In summer the wall is an hour ahead of UTC, also over midnight.
        ("2026-07-03 22:30", "2026-07-04 23:15", "Act by 00:15 on Sunday 5 July", "24 h 45 min left"),
        ("2026-07-03 23:10", "2026-07-03 23:50", "Act by 00:50 today", "40 min left"),
    ],
)
def test_a_deadline_is_told_by_the_wall_clock_and_what_is_left_by_real_hours(
    now: str, act_by: str, by: str, left: str
) -> None:
    moment, end = utc(now), utc(act_by)
    assert by_text(end, moment, EN) == by
    assert left_text(end - moment, EN) == left


def test_what_is_left_is_never_told_as_more_than_it_is() -> None:
    assert left_text(timedelta(hours=1, seconds=59), EN) == "1 h 0 min left"
    assert left_text(timedelta(minutes=59, seconds=59), EN) == "59 min left"
    assert left_text(timedelta(seconds=59), EN) == "This time is over"
    assert left_text(timedelta(hours=47, minutes=59), EN) == "47 h 59 min left"
    assert left_text(timedelta(hours=49), EN) == "2 days 1 h left"


def test_clocks_for_a_laboratory_stay_with_the_coordinator_and_the_next_deadline_stands_first() -> None:
    now = utc("2026-11-28 23:00")
    clocks = [
        EvidenceClock("spiking_blood", "", now + timedelta(hours=72)),
        EvidenceClock("cctv_chase", "", now + timedelta(hours=168)),
        EvidenceClock("spiking_urine", "", now + timedelta(hours=12)),
    ]
    window = Window(utc("2026-11-28 21:00"), utc("2026-11-28 23:00"))
    shown = deadlines(clocks, window, now, EN)
    assert [one.code for one in shown] == ["spiking_urine", "cctv_chase"]
    assert "from 21:00 on Saturday 28 November to 23:00 on Saturday 28 November" in shown[1].says


def test_a_time_typed_in_the_hour_that_comes_twice_is_the_first_of_the_two() -> None:
    typed = typed_moment("2026-10-25T01:30")
    assert typed is not None
    assert typed.astimezone(UTC) == utc("2026-10-25 00:30")
    assert typed_moment("2026-07-04T20:00") == datetime(2026, 7, 4, 20, tzinfo=LONDON)
    assert typed_moment("last night") is None


@pytest.mark.parametrize(
    "told",
    ["", "nonsense", "2026-11-29T00:11Z", "2026-09-01T12:00Z", "1970-01-01T00:00Z", "9999-12-31T23:59Z"],
)
def test_a_telephone_with_a_wrong_clock_tells_no_time(told: str) -> None:
    assert written_at(told, utc("2026-11-29 00:00")) is None


def test_a_report_that_waited_for_coverage_keeps_the_moment_it_was_written() -> None:
    now = utc("2026-11-29 00:00")
    assert written_at(stamp(now - timedelta(days=3)), now) == now - timedelta(days=3)
