"""The shape that the forms for pubs, clubs, takeaways and events share, and the questions that some of them ask."""

from typing import Any, Final

from service.texts import N_
from service.web.public.forms.venue_place import VENUE_PLACE
from service.web.public.forms.when_and_who import CONTACT, HAPPENING, WHO_I_AM
from service.web.public.forms.yes_no import UNSURE, YES_NO
from service.web.public.questions import Choice, Form, Question, Step

HURT: Final = Question(
    name="injured",
    shape="radios",
    label=N_("Is somebody hurt?"),
    choices=(
        Choice(value="no", label=N_("No")),
        Choice(value="hurt", label=N_("Yes")),
        Choice(value="seriously", label=N_("Yes, badly"), hint=N_("Call 999 now.")),
        UNSURE,
    ),
)
YOUNG: Final = Question(
    name="child",
    shape="radios",
    label=N_("Is anybody in it under 18?"),
    choices=(
        Choice(value="yes", label=N_("Yes")),
        Choice(value="maybe", label=N_("Maybe")),
        Choice(value="no", label=N_("No")),
        UNSURE,
    ),
)
STILL_THERE: Final = Question(
    name="victim_still_there",
    shape="radios",
    label=N_("Are they still with the person who worries you?"),
    choices=YES_NO,
)
ON_SITE: Final = Question(
    name="offenders_on_site",
    shape="radios",
    label=N_("Is the person who did it still here?"),
    choices=YES_NO,
)


def venue_form(
    door: str,
    title: str,
    choices: tuple[Choice, ...],
    questions: tuple[Question, ...],
    *,
    always: dict[str, Any],
    more: tuple[Question, ...] = (),
) -> Form:
    """A form of the shape they share: what, who is in danger, when, the words, the place, who tells it."""
    return Form(
        door=f"/venue/{door}",
        reporter="venue",
        title=title,
        always=always,
        organisation="venue",
        steps=(
            Step(
                id="what",
                questions=(
                    Question(
                        name="ask_what",
                        shape="checkboxes",
                        label=N_("What happened?"),
                        hint=N_("Choose everything that is so."),
                        choices=(*choices, UNSURE),
                    ),
                ),
            ),
            Step(
                id="danger",
                questions=(
                    Question(
                        name="danger_now",
                        shape="radios",
                        label=N_("Is somebody in danger now?"),
                        hint=N_("If yes, call 999 first. This form is not as fast as a call."),
                        choices=YES_NO,
                    ),
                    *questions,
                ),
            ),
            Step(id="when", questions=(HAPPENING,)),
            *((Step(id="more", questions=more),) if more else ()),
            Step(
                id="words",
                questions=(
                    Question(
                        name="description",
                        shape="textarea",
                        most=4000,
                        label=N_("What else should we know? (you can leave this empty)"),
                        hint=N_("Who, what they look like, names, cars, which camera saw it"),
                    ),
                ),
            ),
            VENUE_PLACE,
            WHO_I_AM,
            CONTACT,
        ),
    )
