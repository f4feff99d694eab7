"""Turning templates into pages, in the language of the address they were asked at."""

from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

import jinja2
import msgspec
from litestar import MediaType, Response

from service.web.languages import BY_CODE, LANGUAGES, Language, catalogue, prefix
from service.web.numbers_to_ring import ringable
from service.web.public.leave import LEAVE, LEAVE_TO
from service.web.public.place_map import PLACE_MAP, place_map

_STATIC: Final = "/static/"


@lru_cache(maxsize=1)
def static_names() -> dict[str, str]:
    """The name of each built file by the name it was built from. Empty where nothing was built."""
    listing = files("service.web").joinpath("static", "names.json")
    return msgspec.json.decode(listing.read_bytes(), type=dict[str, str]) if listing.is_file() else {}


def static_address(name: str) -> str:
    """Where the browser finds a built file."""
    return _STATIC + static_names().get(name, name)


@lru_cache(maxsize=len(LANGUAGES))
def environment(code: str) -> jinja2.Environment:
    """The templates, in one language. Everything is escaped; an unknown name is an error, not nothing."""
    made = jinja2.Environment(
        loader=jinja2.ChoiceLoader(
            [
                jinja2.PackageLoader("service.web"),
                jinja2.PrefixLoader({"govuk_frontend_jinja": jinja2.PackageLoader("govuk_frontend_jinja")}),
            ]
        ),
        autoescape=True,
        # The components leave out what they were not given.
        undefined=jinja2.ChainableUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_translations(catalogue(code), newstyle=True)  # type: ignore[attr-defined]
    made.filters["ringable"] = ringable
    made.globals.update(
        language=BY_CODE[code],
        languages=LANGUAGES,
        prefix=prefix,
        static=static_address,
        here=prefix(code),
        leave=LEAVE,
        leave_to=LEAVE_TO,
        place_map=place_map,
        place_map_address=PLACE_MAP,
    )
    return made


def render(template: str, language: Language, **values: Any) -> str:
    """A template's text."""
    return environment(language.code).get_template(template).render(values)


def page(template: str, language: Language, *, status: int = 200, **values: Any) -> Response[str]:
    """A template as a page that nobody keeps."""
    return Response(
        render(template, language, **values),
        status_code=status,
        media_type=MediaType.HTML,
        headers={"Cache-Control": "no-store", "Content-Language": language.code},
    )
