"""The forms, one module a door."""

from typing import Final

from service.web.public.forms.care import CARE
from service.web.public.forms.rural import RURAL
from service.web.public.forms.taxi import TAXI
from service.web.public.forms.venue import VENUE_FORMS
from service.web.public.questions import Form

FORMS: Final[tuple[Form, ...]] = (TAXI, CARE, RURAL, *VENUE_FORMS)
BY_DOOR: Final = {form.door: form for form in FORMS}
