"""How long evidence will last, told as "act by 11:40 tomorrow: 7 h 20 min left".

The deadlines are those of the decision on the report, so of the policy (`policy/clocks.toml`, after the domain
reference, 2.3). The hours stand there alone; the texts here name none. Local time is that of Europe/London, and what is
left is counted in hours that really pass, so the nights on which clocks change are told right.
"""

from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec
from babel import Locale
from babel.dates import format_date

from service.errors import StorageUnavailable
from service.followup import store
from service.parts import Parts
from service.routing.model import EvidenceClock
from service.texts import N_
from service.web.languages import Language, catalogue
from service.web.public.moments import LONDON
from service.web.public.ticks import tick_list

LEFT_DAYS: Final = N_("%(days)s %(hours)s left")
LEFT_HOURS: Final = N_("%(hours)s %(minutes)s left")
LEFT_MINUTES: Final = N_("%(minutes)s left")
LEFT_NONE: Final = N_("This time is over")
BY_TODAY: Final = N_("Act by %(time)s today")
BY_TOMORROW: Final = N_("Act by %(time)s tomorrow")
BY_DAY: Final = N_("Act by %(time)s on %(day)s")
_TICKING: Final = {
    "left-days": LEFT_DAYS,
    "left-hours": LEFT_HOURS,
    "left-minutes": LEFT_MINUTES,
    "left-none": LEFT_NONE,
    "by-today": BY_TODAY,
    "by-tomorrow": BY_TOMORROW,
    "by-day": BY_DAY,
}
"""For the script that makes them tick."""
_DAYS_FROM: Final = timedelta(days=2)

_TEXTS: Final[dict[str, tuple[str, str]]] = {
    "spiking_vessels": (
        N_("The glass"),
        N_("Keep and cover the drinks before somebody clears the table. Do not wash or empty them."),
    ),
    "spiking_urine": (
        N_("Urine"),
        N_(
            "Some drugs leave the body fast. Ask the police for a test now."
            " If they cannot come, keep the first urine in a clean, closed cup."
        ),
    ),
    "needle_hepatitis_b": (
        N_("Hepatitis B vaccine after a needle"),
        N_("Go to A&E or a sexual health clinic as soon as you can."),
    ),
    "needle_hiv": (
        N_("HIV treatment after a needle"),
        N_("It must begin before this time. Go to A&E or a sexual health clinic now."),
    ),
    "spiking_police_test": (
        N_("Police test"),
        N_(
            "The police can still test until then. A test by a doctor or hospital is not evidence."
            " It is no crime to have been drugged."
        ),
    ),
    "cctv_chase": (N_("Camera pictures"), N_("Save them now. Some cameras wipe them after this time.")),
}
"""What each clock is called here and what to do, in plain words. Clocks for laboratories are not shown."""
_CCTV: Final = "cctv_chase"
_FROM_TO: Final = N_("Save the pictures from %(start)s to %(end)s.")


class Window(NamedTuple):
    """From when to when pictures are wanted."""

    start: datetime
    end: datetime


class Deadline(NamedTuple):
    """One clock as a page shows it; `left` is as of the making of the page."""

    code: str
    name: str
    says: str
    act_by: datetime
    by: str
    left: str


class _Told(msgspec.Struct):
    cctv_from: datetime | None = None
    cctv_to: datetime | None = None


class _Body(msgspec.Struct):
    """The part of a report that the clocks need."""

    spiking: _Told | None = None


async def counted_down(
    parts: Parts,
    report_id: UUID,
    receipt: str,
    now: datetime,
    language: Language,
    done: frozenset[str] = frozenset(),
) -> dict[str, Any]:
    """What the template of the clocks and the list needs, with the receipt that what is ticked comes back with."""
    return {
        "clocks": await _clocks(parts, report_id, receipt, now, language),
        "now_stamp": now.isoformat(),
        "ticking": ticking_texts(language),
        "receipt": receipt,
        **tick_list(done),
    }


async def _clocks(
    parts: Parts, report_id: UUID, receipt: str, now: datetime, language: Language
) -> list[Deadline]:
    """The deadlines of a report, the next first; none while the database cannot tell them."""
    try:
        async with store.reading(parts.pool) as connection:
            rulings = await store.rulings(connection, report_id)
            body = msgspec.json.decode(await store.told(connection, receipt), type=_Body)
    except StorageUnavailable:
        return []
    told = body.spiking or _Told()
    window = Window(told.cctv_from, told.cctv_to) if told.cctv_from and told.cctv_to else None
    return deadlines(rulings[0].decision.clocks if rulings else [], window, now, language)


def deadlines(
    clocks: list[EvidenceClock], window: Window | None, now: datetime, language: Language
) -> list[Deadline]:
    """Those clocks of a decision that somebody at the scene can act on, the next first."""
    say = catalogue(language.code).gettext
    shown = sorted((clock for clock in clocks if clock.code in _TEXTS), key=lambda clock: clock.act_by)
    found = []
    for clock in shown:
        name, says = map(say, _TEXTS[clock.code])
        if clock.code == _CCTV and window is not None:
            wanted = say(_FROM_TO) % {
                "start": moment_text(window.start, language),
                "end": moment_text(window.end, language),
            }
            says = f"{wanted} {says}"
        by = by_text(clock.act_by, now, language)
        left = left_text(clock.act_by - now, language)
        found.append(Deadline(clock.code, name, says, clock.act_by, by, left))
    return found


def by_text(act_by: datetime, now: datetime, language: Language) -> str:
    """Until when to act: the time on the wall, and the day as people say it."""
    say = catalogue(language.code).gettext
    local = act_by.astimezone(LONDON)
    time = f"{local:%H:%M}"
    match (local.date() - now.astimezone(LONDON).date()).days:
        case 0:
            return say(BY_TODAY) % {"time": time}
        case 1:
            return say(BY_TOMORROW) % {"time": time}
        case _:
            return say(BY_DAY) % {"time": time, "day": _day(local, language)}


def left_text(left: timedelta, language: Language) -> str:
    """How long that is, in whole minutes that have not begun to run out."""
    say = catalogue(language.code).gettext
    minutes = left // timedelta(minutes=1)
    if minutes <= 0:
        return say(LEFT_NONE)
    if left >= _DAYS_FROM:
        return say(LEFT_DAYS) % {
            "days": _counted(language, "days", minutes // 1440),
            "hours": _counted(language, "hours", minutes % 1440 // 60),
        }
    shown = {
        "hours": _counted(language, "hours", minutes // 60),
        "minutes": _counted(language, "minutes", minutes % 60),
    }
    return say(LEFT_HOURS if minutes >= 60 else LEFT_MINUTES) % shown


def _counted(language: Language, unit: str, number: int) -> str:
    """A number with its unit, in the form that the language has for this number."""
    say = catalogue(language.code)
    match unit:
        case "days":
            text = say.ngettext("%(num)d day", "%(num)d days", number)
        case "hours":
            text = say.ngettext("%(num)d h", "%(num)d h", number)
        case _:
            text = say.ngettext("%(num)d min", "%(num)d min", number)
    return text % {"num": number}


def ticking_texts(language: Language) -> dict[str, str]:
    """The texts for the script that makes the clocks tick: of a unit, one for each plural form of the language.

    The script finds the form by its name in CLDR, which the browser knows as well (`Intl.PluralRules`).
    """
    form_of = Locale(language.code).plural_form
    units = {
        unit: {
            form_of(number): _counted(language, unit, number).replace(str(number), "%(num)s")
            for number in range(60)
        }
        for unit in ("days", "hours", "minutes")
    }
    say = catalogue(language.code).gettext
    return {
        **{name: say(text) for name, text in _TICKING.items()},
        "units": msgspec.json.encode(units).decode(),
    }


def moment_text(moment: datetime, language: Language) -> str:
    """A moment as people read it, by the clock on the wall."""
    local = moment.astimezone(LONDON)
    return catalogue(language.code).gettext(N_("%(time)s on %(day)s")) % {
        "time": f"{local:%H:%M}",
        "day": _day(local, language),
    }


def _day(local: datetime, language: Language) -> str:
    return format_date(local.date(), "EEEE d MMMM", locale=language.code)
