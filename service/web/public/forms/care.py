"""The care worker's form: for oneself or for somebody else, one thing at a time.

Read in a third language, perhaps on a shared phone: short words, nothing compulsory but a tap on what is happening.
The signs are those of the care sector (domain reference 2.2). What is ticked sets the facts that the reading of a care
worker's report goes by; a concern is named only where no other fact carries the sign. A later choice takes the place
of an earlier one, so the gravest stand last.
"""

from typing import Final

from service.texts import N_
from service.web.public.forms.care_contact import CARE_CONTACT
from service.web.public.forms.care_details import AT_RISK, HOME, MONEY, WORK
from service.web.public.forms.care_promise import CONSENT, PROMISE
from service.web.public.forms.when_and_who import HAPPENING, WHO_I_AM
from service.web.public.forms.yes_no import YES_NO
from service.web.public.questions import Choice, Form, Question, Step

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
            choices=YES_NO,
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

_WHEN: Final = Step(id="when", questions=(HAPPENING,))

_STILL: Final = Step(
    id="still",
    questions=(
        Question(
            name="victim_still_there",
            shape="radios",
            label=N_("Are you, or is the person, still there?"),
            choices=YES_NO,
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
        MONEY,
        WORK,
        HOME,
        AT_RISK,
        _WHEN,
        _STILL,
        _WHERE,
        _WORDS,
        CONSENT,
        PROMISE,
        WHO_I_AM,
        CARE_CONTACT,
    ),
)
