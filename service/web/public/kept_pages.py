"""Which pages may stay on a device, to open without a network."""

from typing import Final

from service.web.languages import Language, prefix
from service.web.public.forms import FORMS
from service.web.public.place_map import PLACE_MAP

MARK_PAGE: Final = "/taxi/mark"


def kept_pages(language: Language) -> list[str]:
    """Always all forms of a language and the pages that lead to them, so that none tells what was used."""
    here = prefix(language.code)
    return [f"{here}/", f"{here}/venue", here + MARK_PAGE, *(here + form.door for form in FORMS), PLACE_MAP]
