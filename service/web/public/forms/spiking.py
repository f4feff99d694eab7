"""Somebody may have been spiked: what police need while the evidence is still there, by taps alone.

The questions are those of the domain reference, 2.2 and 2.3. Everything is on one page, since whoever fills it in has a
sick person beside them and may be called away at any moment.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from service.texts import N_
from service.web.public.forms.venue_place import VENUE_PLACE
from service.web.public.forms.when_and_who import CONTACT, WHO_I_AM
from service.web.public.forms.yes_no import YES_NO
from service.web.public.questions import Choice, Form, Question, Step

_BEGAN: Final = {
    "just_now": timedelta(),
    "within_hour": timedelta(hours=1),
    "three_hours": timedelta(hours=3),
    "tonight": timedelta(hours=6),
}
"""How long ago each answer can mean at most: a deadline that is counted from it may come too early, never too late."""
_CCTV_BEFORE: Final = timedelta(hours=1)
"""Pictures from before the first sign show who was at the drink."""


def _refine(body: dict[str, Any], fields: Mapping[str, Sequence[str]], written: datetime | None) -> None:
    """When it began, and which pictures are meant, from what was tapped and when."""
    told = body.setdefault("spiking", {})
    ago = _BEGAN.get(_first("ask_began", fields))
    if written is not None and ago is not None:
        began = written - ago
        told["symptoms_began"] = began.isoformat()
        body["occurred_at"] = began.isoformat()
        body["occurred_precision"] = "part_of_day" if ago > timedelta(hours=3) else "about"
        if _first("ask_cctv", fields) == "around" and not {"cctv_from", "cctv_to"} & told.keys():
            told["cctv_from"] = (began - _CCTV_BEFORE).isoformat()
            told["cctv_to"] = written.isoformat()
    if not told:
        del body["spiking"]


def _first(name: str, fields: Mapping[str, Sequence[str]]) -> str:
    return next(iter(fields.get(name, ())), "")


SPIKING: Final = Form(
    door="/venue/spiking",
    reporter="venue",
    title=N_("Somebody may have been spiked"),
    one_page=True,
    checked=True,
    before="public/spiking_first.html",
    organisation="venue",
    always={"concern": "spiking_drink"},
    refine=_refine,
    clocks=True,
    steps=(
        Step(
            id="danger",
            questions=(
                Question(
                    name="danger_now",
                    shape="radios",
                    label=N_("Is somebody still in danger?"),
                    choices=YES_NO,
                ),
            ),
        ),
        Step(
            id="what",
            questions=(
                Question(
                    name="ask_what",
                    shape="radios",
                    label=N_("What do you think it was?"),
                    choices=(
                        Choice(
                            value="drink",
                            label=N_("Something in a drink, a vape or food"),
                            sets={"concern": "spiking_drink"},
                        ),
                        Choice(value="needle", label=N_("A needle"), sets={"concern": "spiking_needle"}),
                        Choice(value="not_sure", label=N_("I'm not sure")),
                    ),
                ),
                Question(
                    name="spiking.symptoms",
                    shape="checkboxes",
                    label=N_("What do you see?"),
                    hint=N_("Choose everything that is so."),
                    choices=(
                        Choice(value="trouble_breathing", label=N_("Trouble breathing")),
                        Choice(value="unconscious", label=N_("Cannot be woken")),
                        Choice(value="seizure", label=N_("A fit")),
                        Choice(value="collapsed", label=N_("Fell down, collapsed")),
                        Choice(value="confused", label=N_("Confused")),
                        Choice(value="unsteady", label=N_("Cannot walk straight")),
                        Choice(value="drowsy", label=N_("Very sleepy")),
                        Choice(value="vomiting", label=N_("Being sick")),
                        Choice(value="puncture_mark", label=N_("A small wound or mark, as from a needle")),
                        Choice(value="sudden_pain", label=N_("Felt a sudden sharp pain")),
                        Choice(value="other", label=N_("Something else")),
                    ),
                ),
                Question(
                    name="ask_began",
                    shape="radios",
                    label=N_("When did it begin?"),
                    choices=(
                        Choice(value="just_now", label=N_("Just now"), sets={"happening": "now"}),
                        Choice(
                            value="within_hour",
                            label=N_("Within the last hour"),
                            sets={"happening": "last_24h"},
                        ),
                        Choice(
                            value="three_hours", label=N_("1 to 3 hours ago"), sets={"happening": "last_24h"}
                        ),
                        Choice(value="tonight", label=N_("Earlier tonight"), sets={"happening": "last_24h"}),
                        Choice(value="before", label=N_("Before today"), sets={"happening": "last_7_days"}),
                        Choice(value="not_sure", label=N_("I'm not sure")),
                    ),
                ),
            ),
        ),
        Step(
            id="care",
            questions=(
                Question(
                    name="spiking.with_them",
                    shape="radios",
                    label=N_("Who is with them?"),
                    choices=(
                        Choice(value="friends", label=N_("Friends")),
                        Choice(value="staff", label=N_("Our staff")),
                        Choice(
                            value="ambulance",
                            label=N_("Ambulance staff"),
                            sets={"spiking.with_them": "ambulance", "spiking.ambulance_called": "yes"},
                        ),
                        Choice(value="stranger", label=N_("Somebody they do not know")),
                        Choice(value="nobody", label=N_("Nobody, or they have gone")),
                        Choice(value="not_sure", label=N_("I'm not sure")),
                    ),
                ),
                Question(
                    name="spiking.ambulance_called",
                    shape="radios",
                    label=N_("Was an ambulance called?"),
                    choices=YES_NO,
                ),
            ),
        ),
        Step(
            id="evidence",
            questions=(
                Question(
                    name="spiking.drink_kept",
                    shape="radios",
                    label=N_("Did you keep the drink?"),
                    hint=N_("The glass or bottle with what is left in it"),
                    choices=YES_NO,
                ),
                Question(
                    name="ask_similar",
                    shape="radios",
                    label=N_("Did it happen to somebody else here tonight?"),
                    choices=(
                        Choice(value="none", label=N_("No"), sets={"spiking.similar_tonight": 0}),
                        Choice(value="one", label=N_("One other"), sets={"spiking.similar_tonight": 1}),
                        Choice(value="more", label=N_("Two or more"), sets={"spiking.similar_tonight": 2}),
                        Choice(value="not_sure", label=N_("I'm not sure")),
                    ),
                ),
                Question(
                    name="ask_cctv",
                    shape="radios",
                    label=N_("Which camera pictures should be kept?"),
                    chosen="around",
                    choices=(
                        Choice(value="around", label=N_("From one hour before it began until now")),
                        Choice(value="own", label=N_("I know the times")),
                        Choice(value="none", label=N_("There is no camera, or I'm not sure")),
                    ),
                ),
            ),
        ),
        Step(
            id="cctv",
            only_if=("ask_cctv", ("own",)),
            questions=(
                Question(name="spiking.cctv_from", shape="moment", label=N_("Pictures from")),
                Question(name="spiking.cctv_to", shape="moment", label=N_("Pictures to")),
            ),
        ),
        Step(
            id="words",
            questions=(
                Question(
                    name="description",
                    shape="textarea",
                    most=4000,
                    label=N_("Anything else? (you can leave this empty)"),
                    hint=N_("Who you suspect, what they wear, where in the building it was"),
                ),
            ),
        ),
        VENUE_PLACE,
        WHO_I_AM,
        CONTACT,
    ),
)
