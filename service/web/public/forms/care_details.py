"""What is asked of a carer about what was ticked: money, hours, the home, who else is at risk."""

from typing import Final

from service.texts import N_
from service.web.public.forms.yes_no import YES_MAYBE_NO
from service.web.public.questions import Choice, Question, Step

MONEY: Final = Step(
    id="money",
    title=N_("About the money"),
    note=N_("You can leave this empty. A guess is fine."),
    only_if=("ask_what", ("fee", "owes")),
    questions=(
        Question(
            name="debt.paid_for_job_gbp",
            shape="number",
            most=10,
            label=N_("How many pounds were paid to get the job?"),
        ),
        Question(
            name="debt.owed_gbp",
            shape="number",
            most=10,
            label=N_("How many pounds are still to be paid back?"),
        ),
        Question(name="debt.owed_to", shape="text", label=N_("Who must be paid?")),
    ),
)

WORK: Final = Step(
    id="work",
    questions=(
        Question(
            name="hours_per_week",
            shape="radios",
            label=N_("About how many hours of work in a week?"),
            choices=(
                Choice(value="40", label=N_("40 or fewer"), sets={"hours_per_week": 40}),
                Choice(value="50", label=N_("About 50"), sets={"hours_per_week": 50}),
                Choice(value="60", label=N_("About 60"), sets={"hours_per_week": 60}),
                Choice(value="70", label=N_("About 70"), sets={"hours_per_week": 70}),
                Choice(value="80", label=N_("80 or more"), sets={"hours_per_week": 80}),
                Choice(value="not_sure", label=N_("I'm not sure")),
            ),
        ),
    ),
)

HOME: Final = Step(
    id="home",
    only_if=("ask_what", ("home", "locked", "escort")),
    questions=(
        Question(
            name="housing",
            shape="textarea",
            most=1000,
            label=N_("What is the home like?"),
            hint=N_("For example how many people sleep in one room. You can leave this empty."),
        ),
    ),
)

AT_RISK: Final = Step(
    id="risk",
    questions=(
        Question(
            # "No" and "maybe" here must not take back what was ticked under "What is happening?".
            name="ask_cared_for",
            shape="radios",
            label=N_("Are people who need care at risk?"),
            hint=N_("For example old, ill or disabled people who get no food, no medicine or no help."),
            choices=(
                Choice(value="yes", label=N_("Yes"), sets={"cared_for_at_risk": "yes"}),
                Choice(value="maybe", label=N_("Maybe"), sets={"adult_at_risk": "maybe"}),
                Choice(value="no", label=N_("No")),
                Choice(value="not_sure", label=N_("I'm not sure")),
            ),
        ),
        Question(
            name="child",
            shape="radios",
            label=N_("Is anybody under 18 being hurt or made to work?"),
            choices=YES_MAYBE_NO,
        ),
    ),
)
