"""The form of those who live or work in the district: one thing at a time, in a resident's words.

What it is about is one tap; only what belongs to it is asked after that. The signs are those of the domain reference
(2.2), the numbers of stolen things those by which they are found again (2.3).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from service.texts import N_
from service.web.public.forms.rural_details import ANIMALS, BROKEN_INTO, TAKEN, WAY, WHAT
from service.web.public.forms.rural_people import (
    AT_RISK,
    DRUGS,
    EASILY_HURT,
    FRAUD,
    LANDLORD,
    NEIGHBOURS,
    THREAT,
)
from service.web.public.forms.when_and_who import CONTACT, HAPPENING, WHO_I_AM
from service.web.public.forms.yes_no import YES_NO
from service.web.public.place import place_steps, with_position
from service.web.public.questions import Choice, Form, Question, Step

_UNNAMED: Final = {
    "machinery": "machinery or vehicle",
    "fuel": "fuel or metal",
    "burglary": "something",
    "stolen": "something",
}
"""What was taken, where only its number or its worth was said."""
_SEEN: Final = {"0": "vehicle_registration", "1": "description", "2": "vehicle_registration"}
"""What each identifier of the form is: a vehicle seen, what somebody looks like, the plate of what was taken."""

_ABOUT: Final = Step(
    id="what",
    questions=(
        Question(
            name=WHAT,
            shape="radios",
            label=N_("What is it about?"),
            choices=(
                Choice(
                    value="machinery",
                    label=N_("A machine or vehicle was stolen"),
                    hint=N_("Tractor, quad bike, trailer, tools, GPS unit, car"),
                    sets={"concern": "theft_vehicle_plant"},
                ),
                Choice(
                    value="fuel",
                    label=N_("Fuel or metal was stolen"),
                    hint=N_("Diesel, heating oil, lead, cable"),
                    sets={"concern": "theft_fuel_metal"},
                ),
                Choice(
                    value="burglary",
                    label=N_("A break-in"),
                    hint=N_("House, barn, workshop, shop, shed"),
                    sets={"concern": "burglary_business"},
                ),
                Choice(
                    value="stolen", label=N_("Something else was stolen"), sets={"concern": "theft_other"}
                ),
                Choice(
                    value="animals",
                    label=N_("Animals hurt, taken, or chased by dogs"),
                    sets={"concern": "livestock_crime"},
                ),
                Choice(
                    value="coursing",
                    label=N_("Hare coursing or poaching"),
                    sets={"concern": "hare_coursing"},
                ),
                Choice(
                    value="tipping",
                    label=N_("Rubbish dumped (fly-tipping)"),
                    sets={"concern": "fly_tipping"},
                ),
                Choice(
                    value="strangers",
                    label=N_("Somebody or a vehicle acting strangely"),
                    sets={"concern": "suspicious_rural"},
                ),
                Choice(
                    value="neighbours",
                    label=N_("Neighbours, noise or trouble in the street"),
                    sets={"concern": "asb_nuisance"},
                ),
                Choice(
                    value="drugs",
                    label=N_("Drugs"),
                    hint=N_("Dealing, or a neighbour's home taken over"),
                    sets={"concern": "drug_supply"},
                ),
                Choice(
                    value="fraud",
                    label=N_("Fraud"),
                    hint=N_("At the door, by phone or online"),
                    sets={"concern": "other"},
                ),
                Choice(
                    value="hate",
                    label=N_("Hate"),
                    hint=N_("Because of race, faith, disability, sexuality or gender"),
                    sets={"concern": "hate_incident", "hate": "yes"},
                ),
                Choice(
                    value="risk",
                    label=N_("Somebody is at risk"),
                    hint=N_("A child, an old or ill person, people made to work"),
                ),
                Choice(value="not_sure", label=N_("Something else, or I'm not sure")),
            ),
        ),
    ),
)

_NOW: Final = Step(
    id="now",
    only_if=("happening", ("now", "ongoing")),
    questions=(
        Question(
            name="danger_now",
            shape="radios",
            label=N_("Is somebody in danger now?"),
            hint=N_("If yes, call 999 first. This form is not as fast as a call."),
            choices=YES_NO,
        ),
        Question(
            name="offenders_on_site",
            shape="radios",
            label=N_("Are those who do it still there?"),
            hint=N_("Do not go near them."),
            choices=YES_NO,
        ),
    ),
)

_PEOPLE: Final = Step(
    id="people",
    title=N_("A vehicle, or people"),
    note=N_("You can leave this empty."),
    only_if=(
        WHAT,
        (
            "machinery",
            "fuel",
            "burglary",
            "stolen",
            "animals",
            "coursing",
            "tipping",
            "strangers",
            "drugs",
            "fraud",
            "hate",
            "risk",
            "not_sure",
        ),
    ),
    questions=(
        Question(
            name="identifiers.0.value",
            shape="text",
            most=20,
            label=N_("Number plate"),
            hint=N_("Put ? for what you could not read, as in AB?? CDE"),
        ),
        Question(
            name="identifiers.1.value",
            shape="text",
            most=300,
            label=N_("What do the vehicle or the people look like?"),
            hint=N_("For example: white van, ladder on the roof, two men in green coats"),
        ),
    ),
)

_OFTEN: Final = Step(
    id="often",
    only_if=(WHAT, ("neighbours", "hate", "tipping", "strangers", "drugs", "coursing")),
    questions=(
        Question(
            name="ask_times",
            shape="radios",
            label=N_("How often in the last six months?"),
            choices=(
                Choice(value="1", label=N_("Once"), sets={"times_seen": 1}),
                Choice(value="2", label=N_("Twice"), sets={"times_seen": 2}),
                Choice(value="3", label=N_("Three times"), sets={"times_seen": 3}),
                Choice(value="5", label=N_("More often"), sets={"times_seen": 5}),
                Choice(value="not_sure", label=N_("I'm not sure")),
            ),
        ),
    ),
)

_WORDS: Final = Step(
    id="words",
    questions=(
        Question(
            name="description",
            shape="textarea",
            most=4000,
            label=N_("What happened?"),
            hint=N_("A few words are enough. If you chose an answer above, you can leave this empty."),
        ),
    ),
)

_PHOTOS: Final = Step(
    id="photos",
    questions=(
        Question(
            name="photos",
            shape="photos",
            label=N_("Photos"),
            hint=N_(
                "Up to 5. Take them only where it is safe, and never of people who could see you."
                " We take out where and when they were taken."
            ),
        ),
    ),
)


def as_report(body: dict[str, Any], fields: Mapping[str, Sequence[str]], _written: datetime | None) -> None:
    """Put together what was asked in parts: the thing taken, what was seen, and the position."""
    items = body.pop("items", {}).get("0", {})
    if items.keys() - {"how"}:
        what = next(iter(fields.get(WHAT, ())), "")
        body["items"] = [{"what": _UNNAMED.get(what, "something"), **items}]
    seen = body.pop("identifiers", {})
    if seen:
        body["identifiers"] = [
            {"kind": kind, **seen[place]} for place, kind in _SEEN.items() if place in seen
        ]
    with_position(body)


RURAL: Final = Form(
    door="/rural",
    reporter="rural_resident",
    title=N_("Where you live or work: tell us what happened"),
    refine=as_report,
    steps=(
        _ABOUT,
        BROKEN_INTO,
        NEIGHBOURS,
        DRUGS,
        FRAUD,
        AT_RISK,
        Step(id="when", questions=(HAPPENING,)),
        _NOW,
        TAKEN,
        WAY,
        ANIMALS,
        _PEOPLE,
        _OFTEN,
        THREAT,
        EASILY_HURT,
        LANDLORD,
        _WORDS,
        *place_steps(),
        _PHOTOS,
        WHO_I_AM,
        CONTACT,
    ),
)
