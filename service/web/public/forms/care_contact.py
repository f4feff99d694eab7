"""How somebody may be reached safely: asked where the wrong person may hold the phone."""

from typing import Final

from service.texts import N_
from service.web.public.questions import Choice, Question, Step

CARE_CONTACT: Final = Step(
    id="contact",
    title=N_("How may we reach you?"),
    note=N_("We say nothing about this to anybody else who answers. We do not leave messages that tell."),
    only_if=("anonymity", ("confidential", "named")),
    questions=(
        Question(
            name="contact.name",
            shape="text",
            most=60,
            label=N_("What should we call you?"),
            autocomplete="name",
        ),
        Question(
            name="contact.phone", shape="tel", most=40, label=N_("Your phone number"), autocomplete="tel"
        ),
        Question(
            name="contact.safe_to_contact",
            shape="radios",
            label=N_("Is it safe to contact you on this number?"),
            choices=(
                Choice(value="yes", label=N_("Yes")),
                Choice(value="no", label=N_("No, do not use it"), hint=N_("Then nobody rings or writes.")),
                Choice(value="not_sure", label=N_("I'm not sure"), hint=N_("Then nobody rings or writes.")),
            ),
        ),
        Question(
            name="contact.safe_method",
            shape="radios",
            label=N_("How is it safe?"),
            choices=(
                Choice(value="voice", label=N_("Ring me")),
                Choice(value="text", label=N_("Send a text message")),
                Choice(value="not_sure", label=N_("I'm not sure")),
            ),
        ),
        Question(
            name="contact.safe_times",
            shape="text",
            label=N_("When is it safe?"),
            hint=N_("For example: Tuesday after 4, when I am alone"),
        ),
        Question(
            name="contact.language", shape="text", most=60, label=N_("Which language do you want to speak?")
        ),
    ),
)
