"""The pages of a form: itself, the page to check on, the page after sending, and what a script shows in their place."""

from typing import Any, Final, NamedTuple
from uuid import uuid4

from litestar import MediaType, Response

from schemas.reports import Accepted
from service.errors import FieldFault
from service.gate import OPENED
from service.web.languages import Language, catalogue
from service.web.pages import page, render
from service.web.public.answers import Fields, chosen, faults_at
from service.web.public.place import position_said
from service.web.public.questions import Form, Question, field_id

KEY: Final = "_key"


class Answered(NamedTuple):
    """One line of the page on which answers are checked."""

    id: str
    label: str
    value: str


def form_page(
    form: Form,
    language: Language,
    fields: Fields,
    errors: dict[str, str] | None = None,
    status: int = 200,
    *,
    unknown_code: bool = False,
) -> Response[str]:
    """A form with what is answered already, and what is wrong at its questions.

    `unknown_code`: a poster led here whose code nobody knows.
    """
    shown = _shown(form, fields, errors or {})
    return page(form.template, language, status=status, unknown_code=unknown_code, **shown)


def refused(
    form: Form, language: Language, fields: Fields, faults: list[FieldFault], *, scripted: bool
) -> Response[Any]:
    """The form again, with the faults at its questions."""
    errors = {name: catalogue(language.code).gettext(said) for name, said in faults_at(form, faults).items()}
    if not scripted:
        return form_page(form, language, fields, errors, 422)
    shown = render("public/part_form.html", language, **_shown(form, fields, errors))
    return _for_a_script({"state": "refused", "page": shown}, 422)


def check(form: Form, language: Language, fields: Fields, *, chosen_photos: bool) -> Response[str]:
    """The page on which answers are checked where no script runs."""
    say = catalogue(language.code).gettext
    answered = [
        Answered(field_id(question.name), say(question.label), shown)
        for question in form.questions()
        if (shown := _answer(question, fields, say))
    ]
    return page(
        "public/check.html",
        language,
        form=form,
        form_id="report",
        path=form.door,
        fields=fields,
        answered=answered,
        has_photos=has_photos(form),
        chosen_photos=chosen_photos,
    )


def sent(
    form: Form, language: Language, accepted: Accepted, more: dict[str, Any], *, scripted: bool
) -> Response[Any]:
    """The page after sending, with the receipt."""
    values = {"form": form, "path": "/", "accepted": accepted, **more}
    if not scripted:
        return page(form.after, language, status=201, **values)
    told = {
        "state": "accepted",
        "reference": accepted.reference,
        "receipt": accepted.receipt,
        "page": render(form.after.replace("public/", "public/part_"), language, **values),
    }
    return _for_a_script(told, 201)


def has_photos(form: Form) -> bool:
    """Whether a form asks for photos."""
    return any(question.shape == "photos" for question in form.questions())


def _shown(form: Form, fields: Fields, errors: dict[str, str]) -> dict[str, Any]:
    return {
        "form": form,
        "form_id": "report",
        "path": form.door,
        "fields": fields,
        "errors": errors,
        # A field that is there and empty stays so: such a page is kept by many (`kept_pages.py`).
        "key": next(iter(chosen(KEY, fields)), "") if KEY in fields else str(uuid4()),
        "opened": next(iter(chosen(OPENED, fields)), ""),
        "has_photos": has_photos(form),
    }


def _for_a_script(told: dict[str, Any], status: int) -> Response[Any]:
    return Response(
        told, status_code=status, headers={"Cache-Control": "no-store"}, media_type=MediaType.JSON
    )


def _answer(question: Question, fields: Fields, say: Any) -> str:
    if question.shape in {"position", "here"}:
        return position_said(fields, say)
    return ", ".join(_said(question, one, say) for one in chosen(question.name, fields))


def _said(question: Question, value: str, say: Any) -> str:
    return next((say(choice.label) for choice in question.choices if choice.value == value), value)
