"""What a carer is told before being asked to say who they are: which help there is, what will happen, and what not."""

from typing import Final

from service.texts import N_
from service.web.public.questions import Choice, Question, Step

CONSENT: Final = Step(
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

PROMISE: Final = Step(
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
