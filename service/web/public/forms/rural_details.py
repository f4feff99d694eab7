"""What a resident is asked about things and animals: what was taken, by which numbers, how they came and went."""

from typing import Final

from service.texts import N_
from service.web.public.forms.yes_no import YES_NO
from service.web.public.questions import Choice, Question, Step

WHAT: Final = "ask_what"
"""The question by which the other steps are asked."""
_STOLEN: Final = ("machinery", "fuel", "stolen", "burglary")

BROKEN_INTO: Final = Step(
    id="broken",
    only_if=(WHAT, ("burglary",)),
    questions=(
        Question(
            name="ask_broken_into",
            shape="radios",
            label=N_("What was broken into?"),
            choices=(
                Choice(value="home", label=N_("A home"), sets={"concern": "burglary_home"}),
                Choice(
                    value="shed",
                    label=N_("A garage or garden shed at a home"),
                    sets={"concern": "burglary_home"},
                ),
                Choice(
                    value="farm",
                    label=N_("A farm building, workshop or business"),
                    sets={"concern": "burglary_business"},
                ),
                Choice(
                    value="hall",
                    label=N_("A church, school or hall"),
                    sets={"concern": "burglary_business"},
                ),
                Choice(value="not_sure", label=N_("Something else, or I'm not sure")),
            ),
        ),
    ),
)

# The numbers by which a thing is known again come first after its name; the mark is that of the CESAR scheme for plant.
TAKEN: Final = Step(
    id="taken",
    title=N_("What was taken?"),
    note=N_("You can leave all of this empty, and send the numbers later."),
    only_if=(WHAT, _STOLEN),
    questions=(
        Question(
            name="items.0.what",
            shape="text",
            label=N_("What is it?"),
            hint=N_("For example: quad bike, red"),
        ),
        Question(
            name="ask_how",
            shape="radios",
            label=N_("Is it gone?"),
            choices=(
                Choice(value="taken", label=N_("Yes, it is gone"), sets={"items.0.how": "taken"}),
                Choice(value="attempted", label=N_("No, they only tried"), sets={"items.0.how": "attempted"}),
                Choice(value="damaged", label=N_("No, it is damaged"), sets={"items.0.how": "damaged"}),
            ),
        ),
        Question(name="items.0.make", shape="text", most=60, label=N_("Make and model")),
        Question(
            name="identifiers.2.value", shape="text", most=20, label=N_("Its number plate, if it has one")
        ),
        Question(name="items.0.serial", shape="text", most=60, label=N_("Serial, frame or engine number")),
        Question(
            name="items.0.cesar",
            shape="text",
            most=60,
            label=N_("CESAR number"),
            hint=N_("On a small triangle plate on machinery"),
        ),
        Question(
            name="items.0.value_gbp",
            shape="number",
            most=12,
            label=N_("About how many pounds is it worth?"),
        ),
    ),
)

WAY: Final = Step(
    id="way",
    title=N_("How did they come and go?"),
    note=N_("You can leave this empty. If there are tracks, do not walk on them: rain takes them away."),
    only_if=(WHAT, (*_STOLEN, "coursing")),
    questions=(
        Question(
            name="way_in",
            shape="text",
            label=N_("How did they get in?"),
            hint=N_("For example: cut the chain on the top gate"),
        ),
        Question(
            name="tracks",
            shape="text",
            label=N_("Are there tracks?"),
            hint=N_("For example: wide tyres, footprints of two people"),
        ),
        Question(
            name="direction_of_travel",
            shape="text",
            label=N_("Which way did they go?"),
            hint=N_("For example: towards Burford on the A361"),
        ),
    ),
)

ANIMALS: Final = Step(
    id="animals",
    title=N_("About the animals"),
    note=N_("You can leave all of this empty. A guess is fine."),
    only_if=(WHAT, ("animals",)),
    questions=(
        Question(
            name="animals.dogs_loose_now",
            shape="radios",
            label=N_("Are dogs loose among them now?"),
            choices=YES_NO,
        ),
        Question(
            name="animals.kind",
            shape="text",
            most=60,
            label=N_("Which animals?"),
            hint=N_("For example: sheep"),
        ),
        Question(name="animals.hurt", shape="number", most=6, label=N_("How many are hurt or dead?")),
        Question(name="animals.taken", shape="number", most=6, label=N_("How many are gone?")),
    ),
)
