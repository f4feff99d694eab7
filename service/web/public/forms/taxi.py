"""The taxi driver's form: one page, tapped through after the fare.

The signs are those that a driver can see (domain reference, 2.2), the commonest first. Of several that are chosen the
gravest names the concern, whatever their order on the page.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from service.texts import N_
from service.web.public.device import MARK
from service.web.public.forms.when_and_who import CONTACT, WHO_I_AM
from service.web.public.questions import Choice, Form, Question, Step

_CHILD: Final = ("child_adult", "child_alone")
_RIDERS: Final = (*_CHILD, "frightened", "workers", "errands", "house")
_SIGNS: Final = (
    Choice(
        value="child_adult",
        label=N_("A child or young person with an adult who worried me"),
        hint=N_("Drunk, sleepy or quiet, gifts, a hotel, men they did not seem to know"),
        sets={"child": "yes", "concern": "cse"},
    ),
    Choice(
        value="child_alone",
        label=N_("A child or young person alone, far from home"),
        hint=N_("Somebody else booked or paid, cash, several phones, “wait here”"),
        sets={"child": "yes", "concern": "cce"},
    ),
    Choice(
        value="frightened",
        label=N_("An adult who was frightened, hurt or controlled"),
        sets={"concern": "domestic_abuse"},
    ),
    Choice(
        value="ill",
        label=N_("Somebody drunk, ill or lost who cannot keep safe"),
        sets={"concern": "missing_vulnerable", "adult_at_risk": "maybe"},
    ),
    Choice(
        value="spiked",
        label=N_("Somebody very ill who may have been given something"),
        hint=N_("Call 999 if they do not breathe well or cannot be woken."),
        sets={"concern": "spiking_drink"},
    ),
    Choice(
        value="errands",
        label=N_("Drugs, or runs with parcels or cash"),
        sets={"concern": "drug_supply"},
    ),
    Choice(
        value="house",
        label=N_("The same door again and again, strangers in somebody's home"),
        sets={"concern": "cuckooing", "adult_at_risk": "maybe"},
    ),
    Choice(
        value="workers",
        label=N_("Workers who are not free: silent, one pays, straight to work and back"),
        sets={"concern": "ms_labour"},
    ),
    Choice(
        value="trick",
        label=N_("Somebody sent to fetch money, or I was sent to collect it"),
        sets={"concern": "fraud_courier"},
    ),
    Choice(value="weapon", label=N_("A weapon"), sets={"concern": "weapons", "weapon": "seen"}),
    Choice(
        value="violence",
        label=N_("Violence, blood, or talk of it"),
        sets={"concern": "serious_violence"},
    ),
    Choice(
        value="threatened",
        label=N_("Somebody threatened or attacked me"),
        sets={"concern": "serious_violence", "threat_to_reporter": "yes"},
    ),
    Choice(
        value="abused",
        label=N_("Abuse because of my race, faith or who I am"),
        sets={"concern": "hate_incident", "hate": "yes"},
    ),
    Choice(
        value="load",
        label=N_("An odd load, or questions about farms and yards"),
        sets={"concern": "suspicious_rural"},
    ),
    Choice(value="other", label=N_("Something else"), sets={"concern": "other"}),
    Choice(value="not_sure", label=N_("I'm not sure, but it was not right")),
)
_GRAVEST_FIRST: Final = (
    *("spiked", "violence", "weapon", "threatened", "child_adult", "child_alone"),
    *("frightened", "trick", "workers", "house", "errands", "ill", "abused", "load", "other"),
)

_WHAT: Final = Question(
    name="ask_what",
    shape="checkboxes",
    label=N_("What worried you?"),
    hint=N_("Tap everything that fits. A guess is fine."),
    choices=_SIGNS,
)
_WHEN: Final = Question(
    name="happening",
    shape="radios",
    label=N_("When was it?"),
    choices=(
        Choice(value="now", label=N_("It is happening now")),
        Choice(value="just", label=N_("On the journey I have just done"), sets={"happening": "last_24h"}),
        Choice(value="last_24h", label=N_("In the last 24 hours")),
        Choice(value="last_7_days", label=N_("In the last 7 days")),
        Choice(value="older", label=N_("Longer ago")),
        Choice(value="ongoing", label=N_("It keeps happening")),
        Choice(value="not_sure", label=N_("I'm not sure")),
    ),
)
_AGE: Final = Question(
    name="ask_age",
    shape="radios",
    label=N_("About how old did they look?"),
    choices=(
        Choice(value="under_13", label=N_("Under 13"), sets={"passengers.ages": [12]}),
        Choice(value="14", label=N_("13 to 15"), sets={"passengers.ages": [14]}),
        Choice(value="16", label=N_("16 or 17"), sets={"passengers.ages": [16]}),
        Choice(value="not_sure", label=N_("I'm not sure")),
    ),
)
_ALSO: Final = Question(
    name="ask_also",
    shape="checkboxes",
    label=N_("Did you notice any of this?"),
    hint=N_("You can leave this empty."),
    choices=(
        Choice(value="hurt", label=N_("Somebody was hurt"), sets={"injured": "hurt"}),
        Choice(
            value="let_out",
            label=N_("Somebody asked to be let out, or to get away"),
            sets={"passengers.asked_to_be_let_out": "yes", "victim_wants_help": "yes"},
        ),
        Choice(
            value="still",
            label=N_("They are still with the person who worries me"),
            sets={"victim_still_there": "yes"},
        ),
        Choice(
            value="booked",
            label=N_("Somebody else booked or paid"),
            sets={"journey.booked_by": "Somebody else booked or paid"},
        ),
        Choice(
            value="wait", label=N_("“Wait here”, or several short stops"), sets={"journey.wait_here": "yes"}
        ),
        Choice(
            value="bags",
            label=N_("Bags or parcels"),
            sets={"bags_or_parcels": "Bags or parcels were carried"},
        ),
        Choice(value="not_sure", label=N_("I'm not sure")),
    ),
)
_WEAPON: Final = Question(
    name="weapon_kind",
    shape="radios",
    label=N_("What kind of weapon?"),
    choices=(
        Choice(value="blade", label=N_("A knife or blade")),
        Choice(value="firearm", label=N_("A gun")),
        Choice(value="corrosive", label=N_("Acid or something like it")),
        Choice(value="other", label=N_("Something else")),
        Choice(value="not_sure", label=N_("I'm not sure")),
    ),
)


def _gravest(body: dict[str, Any], fields: Mapping[str, Sequence[str]], written: datetime | None) -> None:
    """Name the concern by the gravest sign. A child who runs drugs, parcels or cash is what county lines look like."""
    del written
    chosen = set(fields.get("ask_what", ()))
    by_value = {choice.value: choice for choice in _SIGNS}
    gravest = next((value for value in _GRAVEST_FIRST if value in chosen), None)
    if gravest is not None:
        body["concern"] = by_value[gravest].sets["concern"]
    if "errands" in chosen and chosen & set(_CHILD) and gravest in _CHILD:
        body["concern"] = "county_lines"
    if "child_adult" in chosen:
        body.setdefault("passengers", {})["child_with_unrelated_adult"] = "maybe"


TAXI: Final = Form(
    door="/taxi",
    reporter="taxi_driver",
    title=N_("Taxi or private hire: tell us about a journey"),
    one_page=True,
    organisation="operator",
    before="public/taxi_first.html",
    refine=_gravest,
    steps=(
        Step(id="mark", questions=(Question(name=MARK, shape="mark", label=N_("The moment you marked")),)),
        Step(id="what", questions=(_WHAT,)),
        Step(id="age", only_if=("ask_what", _CHILD), questions=(_AGE,)),
        Step(id="weapon", only_if=("ask_what", ("weapon", "violence", "threatened")), questions=(_WEAPON,)),
        Step(id="also", only_if=("ask_what", _RIDERS), questions=(_ALSO,)),
        Step(id="when", questions=(_WHEN,)),
        Step(
            id="where",
            title=N_("Where was it?"),
            questions=(
                Question(name="location.latitude", shape="here", label=N_("Use where I am now")),
                Question(
                    name="location.description",
                    shape="text",
                    label=N_("In your own words (you can leave this empty)"),
                    hint=N_("For example: from the station to a house in Corn Street"),
                ),
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
                    hint=N_("For example what they looked like, what was said, a number plate"),
                ),
            ),
        ),
        WHO_I_AM,
        CONTACT,
    ),
)
