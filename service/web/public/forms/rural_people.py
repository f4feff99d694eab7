"""What a resident is asked about people: neighbours, drugs, fraud, who is at risk."""

from typing import Final

from service.texts import N_
from service.web.public.forms.rural_details import WHAT
from service.web.public.forms.yes_no import YES_MAYBE_NO, YES_NO
from service.web.public.questions import Choice, Question, Step

NEIGHBOURS: Final = Step(
    id="aimed",
    only_if=(WHAT, ("neighbours",)),
    questions=(
        Question(
            name="ask_aimed",
            shape="radios",
            label=N_("Is it aimed at somebody?"),
            choices=(
                Choice(
                    value="us",
                    label=N_("Yes, at me or my home"),
                    sets={"targeted": "yes", "concern": "asb_personal"},
                ),
                Choice(
                    value="somebody",
                    label=N_("Yes, at somebody else"),
                    sets={"targeted": "yes", "concern": "asb_personal"},
                ),
                Choice(
                    value="everybody",
                    label=N_("No, it disturbs everybody"),
                    hint=N_("For example noise, off-road bikes, fireworks"),
                    sets={"targeted": "no", "concern": "asb_nuisance"},
                ),
                Choice(
                    value="things",
                    label=N_("No, it is about things or the place"),
                    hint=N_("For example graffiti, litter, broken street furniture"),
                    sets={"targeted": "no", "concern": "asb_environmental"},
                ),
                Choice(value="not_sure", label=N_("I'm not sure")),
            ),
        ),
    ),
)

LANDLORD: Final = Step(
    id="landlord",
    only_if=(WHAT, ("neighbours",)),
    questions=(
        Question(
            name="landlord",
            shape="text",
            label=N_("Who is the landlord of those who do it?"),
            hint=N_("For example a housing association. You can leave this empty."),
        ),
    ),
)

DRUGS: Final = Step(
    id="drugs",
    only_if=(WHAT, ("drugs",)),
    questions=(
        Question(
            name="ask_drugs",
            shape="checkboxes",
            label=N_("What do you see?"),
            hint=N_("Choose everything that is so. Do not watch or film them for us."),
            # The gravest stand last: of several, the last names the concern.
            choices=(
                Choice(
                    value="using",
                    label=N_("People taking drugs, or needles left about"),
                    sets={"concern": "drug_use_nuisance"},
                ),
                Choice(
                    value="dealing",
                    label=N_("Short visits, cars that stop and go, dealing"),
                    sets={"concern": "drug_supply"},
                ),
                Choice(
                    value="home",
                    label=N_("Others have taken over somebody's home"),
                    hint=N_("Many callers, and the person is hardly seen"),
                    sets={"concern": "cuckooing", "adult_at_risk": "maybe"},
                ),
                Choice(
                    value="child",
                    label=N_("Somebody under 18 carries or sells"),
                    sets={"concern": "county_lines", "child": "yes"},
                ),
                Choice(value="not_sure", label=N_("I'm not sure")),
            ),
        ),
    ),
)

FRAUD: Final = Step(
    id="fraud",
    only_if=(WHAT, ("fraud",)),
    questions=(
        Question(
            name="ask_fraud",
            shape="radios",
            label=N_("How did they do it?"),
            hint=N_("If money has gone, ring your bank first: 159."),
            choices=(
                Choice(
                    value="door",
                    label=N_("They came to the door"),
                    hint=N_("For example to mend the roof or to sell something"),
                    sets={"concern": "fraud_doorstep"},
                ),
                Choice(
                    value="courier",
                    label=N_("They rang as the police or the bank, and sent somebody for money or a card"),
                    sets={"concern": "fraud_courier"},
                ),
                Choice(
                    value="romance",
                    label=N_("Somebody got to know online asks for money"),
                    sets={"concern": "fraud_romance"},
                ),
                Choice(
                    value="advance",
                    label=N_("Pay first, for a prize, a loan, a job or goods"),
                    sets={"concern": "fraud_advance_fee"},
                ),
                Choice(value="not_sure", label=N_("Another way, or I'm not sure")),
            ),
        ),
    ),
)

AT_RISK: Final = Step(
    id="risk",
    only_if=(WHAT, ("risk",)),
    questions=(
        Question(
            name="ask_risk",
            shape="checkboxes",
            label=N_("What worries you?"),
            hint=N_("Choose everything that is so."),
            choices=(
                Choice(
                    value="care",
                    label=N_("Somebody old, ill or disabled is hurt, or nobody looks after them"),
                    sets={"concern": "care_abuse", "adult_at_risk": "yes"},
                ),
                Choice(
                    value="work",
                    label=N_("People are made to work, or live where they work in a bad way"),
                    sets={"concern": "ms_labour"},
                ),
                Choice(
                    value="home",
                    label=N_("Somebody is hurt or controlled at home"),
                    sets={"concern": "domestic_abuse"},
                ),
                Choice(
                    value="missing",
                    label=N_("Somebody is missing"),
                    sets={"concern": "missing_vulnerable"},
                ),
                Choice(
                    value="child",
                    label=N_("A child is hurt or used"),
                    sets={"concern": "cce", "child": "yes"},
                ),
                Choice(
                    value="attack",
                    label=N_("Somebody talks of attacking people, or collects weapons"),
                    sets={"concern": "radicalisation"},
                ),
                Choice(value="not_sure", label=N_("I'm not sure, but something is wrong")),
            ),
        ),
    ),
)

THREAT: Final = Step(
    id="threat",
    only_if=(WHAT, ("neighbours", "hate", "coursing", "strangers")),
    questions=(
        Question(
            name="threat_to_reporter",
            shape="radios",
            label=N_("Did they threaten you?"),
            choices=YES_NO,
        ),
    ),
)

EASILY_HURT: Final = Step(
    id="easily_hurt",
    only_if=(WHAT, ("neighbours", "hate", "fraud", "drugs")),
    questions=(
        Question(
            name="adult_at_risk",
            shape="radios",
            label=N_("Does it hit somebody old, ill or disabled?"),
            choices=YES_MAYBE_NO,
        ),
    ),
)
