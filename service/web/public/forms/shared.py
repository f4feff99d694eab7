"""Questions that more than one form asks."""

from typing import Final

from service.web.public.questions import N_, Choice, Question, Step

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

WHO_I_AM: Final = Step(
    id="who",
    questions=(
        Question(
            name="anonymity",
            shape="radios",
            label=N_("Do you want to say who you are?"),
            chosen="anonymous",
            choices=(
                Choice(
                    value="anonymous",
                    label=N_("No, stay anonymous"),
                    hint=N_(
                        "We do not know who you are and keep nothing about your phone. We can answer you only if you keep your receipt."
                    ),
                ),
                Choice(
                    value="confidential",
                    label=N_("Yes, but only you may know"),
                    hint=N_(
                        "We can ring or write to you. We do not tell the police or anybody else who you are, unless a court orders it or a life depends on it."
                    ),
                ),
                Choice(
                    value="named",
                    label=N_("Yes, and you may tell those who deal with it"),
                    hint=N_("They can ring you and you can be a witness."),
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
