"""The care worker's form: for oneself or for somebody else, one thing at a time.

Read in a third language, perhaps on a shared phone: short words, nothing compulsory but a tap on what is happening.
The signs are those of the care sector (domain reference 2.2). What is ticked sets the facts that the reading of a care
worker's report goes by; a concern is named only where no other fact carries the sign. A later choice takes the place
of an earlier one, so the gravest stand last.
"""

from typing import Final

from service.texts import N_
from service.web.public.forms.care_contact import CARE_CONTACT
from service.web.public.forms.when_and_who import HAPPENING, WHO_I_AM
from service.web.public.questions import Choice, Form, Question, Step

_YES_NO: Final = (
    Choice(value="yes", label=N_("Yes")),
    Choice(value="no", label=N_("No")),
    Choice(value="not_sure", label=N_("I'm not sure")),
)
_YES_MAYBE_NO: Final = (
    Choice(value="yes", label=N_("Yes")),
    Choice(value="maybe", label=N_("Maybe")),
    Choice(value="no", label=N_("No")),
    Choice(value="not_sure", label=N_("I'm not sure")),
)

_WHO: Final = Step(
    id="for",
    questions=(
        Question(
            name="on_behalf_of",
            shape="radios",
            label=N_("Who is this about?"),
            choices=(
                Choice(value="myself", label=N_("Me")),
                Choice(
                    value="somebody_else",
                    label=N_("Somebody else"),
                    hint=N_("Somebody I work with, or somebody I care for"),
                ),
                Choice(value="not_sure", label=N_("Both, or I'm not sure")),
            ),
        ),
    ),
)

_DANGER: Final = Step(
    id="danger",
    questions=(
        Question(
            name="danger_now",
            shape="radios",
            label=N_("Is somebody in danger now?"),
            hint=N_("If yes, call 999 first, if you can do it safely. This form is not as fast as a call."),
            choices=_YES_NO,
        ),
    ),
)

_WHAT: Final = Step(
    id="what",
    questions=(
        Question(
            name="ask_what",
            shape="checkboxes",
            label=N_("What is happening?"),
            hint=N_("To you, or to the person you worry about. Choose everything that is true."),
            choices=(
                Choice(
                    value="cared_for",
                    label=N_("Somebody who needs care is hurt, or nobody looks after them"),
                    sets={"cared_for_at_risk": "yes"},
                ),
                Choice(
                    value="pay",
                    label=N_("Wages are missing, or less than agreed"),
                    sets={"pay_below_contract": "yes"},
                ),
                Choice(
                    value="cannot_refuse",
                    label=N_("Made to work, and not allowed to say no"),
                    sets={"concern": "ms_care_sector"},
                ),
                Choice(
                    value="fee",
                    label=N_("Paid a lot of money to get the job"),
                    sets={"concern": "ms_care_sector"},
                ),
                Choice(
                    value="owes",
                    label=N_("Owes money, and must work until it is paid"),
                    sets={"concern": "debt_bondage"},
                ),
                Choice(
                    value="home",
                    label=N_("The home belongs to the job: no job, no home"),
                    sets={"housing_tied_to_job": "yes"},
                ),
                Choice(
                    value="papers",
                    label=N_("Somebody else keeps the passport or the papers"),
                    sets={"papers_held": "yes"},
                ),
                Choice(
                    value="visa",
                    label=N_("Threats about the visa, or about being sent home"),
                    sets={"visa_threats": "yes"},
                ),
                Choice(value="escort", label=N_("Never allowed out alone"), sets={"escorted": "yes"}),
                Choice(value="locked", label=N_("Locked in"), sets={"locked_in": "yes"}),
                Choice(
                    value="threat",
                    label=N_("Somebody has threatened me"),
                    sets={"threat_to_reporter": "yes"},
                ),
                Choice(
                    value="hit",
                    label=N_("Somebody is hit, pushed or hurt"),
                    sets={"injured": "hurt", "concern": "serious_violence"},
                ),
                Choice(
                    value="touched",
                    label=N_("Somebody is touched, or made to have sex, and does not want it"),
                    sets={"concern": "sexual_assault"},
                ),
                Choice(value="not_sure", label=N_("I'm not sure, but something is wrong")),
            ),
        ),
    ),
)

_MONEY: Final = Step(
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

_WORK: Final = Step(
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

_HOME: Final = Step(
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

_AT_RISK: Final = Step(
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
            choices=_YES_MAYBE_NO,
        ),
    ),
)

_WHEN: Final = Step(id="when", questions=(HAPPENING,))

_STILL: Final = Step(
    id="still",
    questions=(
        Question(
            name="victim_still_there",
            shape="radios",
            label=N_("Are you, or is the person, still there?"),
            choices=_YES_NO,
        ),
    ),
)

_WHERE: Final = Step(
    id="where",
    title=N_("Where is it?"),
    note=N_(
        "You can leave all of this empty. If only few people work there, the name of the place may show who you are."
    ),
    questions=(
        Question(name="employer", shape="text", most=60, label=N_("Who is the employer?")),
        Question(
            name="sponsor",
            shape="text",
            most=60,
            label=N_("Which company is on the visa papers, if it is another one?"),
        ),
        Question(name="location.town", shape="text", most=60, label=N_("Which town or village?")),
        Question(name="location.address", shape="text", label=N_("Which street or house, if you know it?")),
    ),
)

_WORDS: Final = Step(
    id="words",
    questions=(
        Question(
            name="description",
            shape="textarea",
            most=4000,
            label=N_("What else should we know?"),
            hint=N_(
                "Write in any language. You can leave this empty."
                " If you want to stay unknown, leave out your name and what only you could know."
            ),
        ),
    ),
)

_CONSENT: Final = Step(
    id="consent",
    title=N_("Help for people who are forced to work"),
    note=N_("There is help from the government: a safe place to stay, some money and advice."),
    points=(
        N_("An adult has to agree first. A child is always helped, and nobody has to agree."),
        N_(
            "We cannot sign you up. The police, the council or a charity does it with you,"
            " and you can change your mind until then."
        ),
        N_(
            "The Home Office runs this help. It also decides about visas."
            " Before you agree with them, ask what it means for your visa."
        ),
        N_(
            "If you say no, the police and the council still have to tell the Home Office that something happened."
            " They can do it without your name."
        ),
    ),
    questions=(
        Question(
            name="consent",
            shape="radios",
            label=N_("May somebody talk to you, or to the person, about this help?"),
            choices=(
                Choice(value="yes", label=N_("Yes")),
                Choice(value="no", label=N_("No")),
                Choice(
                    value="not_sure",
                    label=N_("I'm not sure, or I cannot say it for them"),
                ),
            ),
        ),
    ),
)

_PROMISE: Final = Step(
    id="promise",
    title=N_("What will happen, and what will not"),
    points=(
        N_("A person reads what you send. They tell those who can help, such as the police or the council."),
        N_("We do not send it to immigration enforcement. Your visa is not why we ask."),
        N_("We never tell an employer, a sponsor, an agent or a family."),
        N_(
            "The police and the council have rules of their own. They may talk to the Home Office."
            " If that worries you, stay unknown, and ring the Modern Slavery Helpline first: 08000 121 700."
        ),
        N_(
            "If a court orders it, or to save a life, we have to tell what we know. What we do not know, we cannot tell."
        ),
    ),
    questions=(),
)

CARE: Final = Form(
    door="/care",
    quiet=True,
    reporter="care_worker",
    title=N_("Care work: tell us what is wrong"),
    lead=N_(
        "You can leave out every question. Your employer does not learn of it from us,"
        " and we do not send it to immigration enforcement."
    ),
    steps=(
        _WHO,
        _DANGER,
        _WHAT,
        _MONEY,
        _WORK,
        _HOME,
        _AT_RISK,
        _WHEN,
        _STILL,
        _WHERE,
        _WORDS,
        _CONSENT,
        _PROMISE,
        WHO_I_AM,
        CARE_CONTACT,
    ),
)
