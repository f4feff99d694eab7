"""The taxi driver's form: one page, tapped through after the fare."""

from typing import Final

from service.web.public.forms.shared import CONTACT, HAPPENING, WHO_I_AM
from service.web.public.questions import N_, Choice, Form, Question, Step

TAXI: Final = Form(
    door="/taxi",
    reporter="taxi_driver",
    title=N_("Taxi or private hire: tell us about a journey"),
    one_page=True,
    organisation="operator",
    steps=(
        Step(
            id="what",
            questions=(
                Question(
                    name="ask_what",
                    shape="checkboxes",
                    label=N_("What worried you?"),
                    choices=(
                        Choice(
                            value="child",
                            label=N_("A child or young person who may be used or hurt"),
                            sets={"child": "yes", "concern": "cce"},
                        ),
                        Choice(value="not_sure", label=N_("I'm not sure")),
                    ),
                ),
            ),
        ),
        Step(id="when", questions=(HAPPENING,)),
        Step(
            id="words",
            questions=(
                Question(
                    name="description",
                    shape="textarea",
                    most=4000,
                    label=N_("Anything else? (you can leave this empty)"),
                ),
            ),
        ),
        WHO_I_AM,
        CONTACT,
    ),
)
