"""Which venue it is: asked only where no poster has told it."""

from typing import Final

from service.texts import N_
from service.web.public.questions import Question, Step

VENUE_PLACE: Final = Step(
    id="place",
    questions=(
        Question(name="venue", shape="text", most=60, label=N_("What is the place called?")),
        Question(name="location.town", shape="text", most=60, label=N_("Which town or village?")),
    ),
)
