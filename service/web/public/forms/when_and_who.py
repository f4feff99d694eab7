"""Questions that more than one form asks: when it was, and who is telling."""

from typing import Final

from service.texts import N_
from service.web.public.questions import Choice, Question, Step

HAPPENING: Final = Question(
    name="happening",
    shape="radios",
    label=N_("When was it?"),
    choices=(
        Choice(value="now", label=N_("It is happening now")),
        Choice(value="last_24h", label=N_("In the last 24 hours")),
        Choice(value="last_7_days", label=N_("In the last 7 days")),
        Choice(value="older", label=N_("Longer ago")),
        Choice(value="ongoing", label=N_("It keeps happening")),
        Choice(value="not_sure", label=N_("I'm not sure")),
    ),
)

# What each choice allows and where it ends, before anything is chosen (threat model; domain reference 5.3). It has to
# say, too, that reports with the same telephone number can be seen to come from one person.
WHO_I_AM: Final = Step(
    id="who",
    note=N_(
        "What you write, or a photo, can still show who you are."
        " Leave out what only you could know, if that worries you."
    ),
    questions=(
        Question(
            name="anonymity",
            shape="radios",
            label=N_("Do you want to say who you are?"),
            chosen="anonymous",
            choices=(
                Choice(
                    value="anonymous",
                    label=N_("No. Nobody knows who I am"),
                    hint=N_(
                        "We keep nothing about you or your phone, so nobody can ring you."
                        " You get a receipt. With it you can read our answer and tell us more."
                        " If you lose it, nobody can find your report for you."
                    ),
                ),
                Choice(
                    value="confidential",
                    label=N_("Yes, but do not pass it on"),
                    hint=N_(
                        "We can ring or write to you. We do not tell the police or anybody else who you are,"
                        " unless a court orders it or a life depends on it."
                        " If you report again with the same number, we can see that it is the same person."
                    ),
                ),
                Choice(
                    value="named",
                    label=N_("Yes, and pass it on to those who deal with it"),
                    hint=N_(
                        "They can ring you and ask you more. They may ask you to be a witness. You may say no."
                    ),
                ),
            ),
        ),
    ),
)

CONTACT: Final = Step(
    id="contact",
    only_if=("anonymity", ("confidential", "named")),
    questions=(
        Question(name="contact.name", shape="text", most=60, label=N_("Your name"), autocomplete="name"),
        Question(
            name="contact.phone", shape="tel", most=40, label=N_("Your phone number"), autocomplete="tel"
        ),
    ),
)
