"""What a sender is asked to do first while many reports come from their network: wait, or let the phone compute.

A script is given the work and does it by itself. Without one the page carries everything that was written and asks to
press again after some seconds. Nothing typed is lost, and nobody is turned away.
"""

from typing import Any

from litestar import MediaType, Response

from service.gate import TICKET, Work
from service.web.languages import Language
from service.web.pages import page, static_address
from service.web.public.answers import Fields
from service.web.public.questions import Form


def first_this(
    form: Form,
    language: Language,
    fields: Fields,
    work: Work,
    *,
    has_photos: bool,
    chosen_photos: bool,
    scripted: bool,
) -> Response[Any]:
    """The work, as a script or a page gets it."""
    headers = {"Cache-Control": "no-store", "Retry-After": str(work.wait)}
    if scripted:
        return Response(
            {
                "state": "work",
                "ticket": work.ticket,
                "challenge": work.challenge,
                "solver": static_address("solve.js"),
            },
            status_code=429,
            headers=headers,
            media_type=MediaType.JSON,
        )
    shown = page(
        "public/first_this.html",
        language,
        status=429,
        form_id="report",
        path=form.door,
        fields={**fields, TICKET: [work.ticket]},
        wait=work.wait,
        has_photos=has_photos,
        chosen_photos=chosen_photos,
    )
    shown.headers["Retry-After"] = str(work.wait)
    return shown
