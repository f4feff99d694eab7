"""The way out of every page, quickly: a page that tells nothing takes the place of ours."""

from typing import Any, Final

from litestar import MediaType, Request, Response, get, post

LEAVE: Final = "/leave"
LEAVE_TO: Final = "https://www.bbc.co.uk/weather"
"""Where people go who leave: a page anybody might look at (GOV.UK Design System, "Exit this page")."""


@get(LEAVE, include_in_schema=False)
async def leave(request: Request[Any, Any, Any]) -> Response[str]:
    """Go away, and have the browser forget what this site kept: where there is no script, this is the whole exit.

    Its cache is left alone here, since wiping it can hold a browser up for seconds.
    """
    headers = {"Location": LEAVE_TO, "Cache-Control": "no-store"}
    # The way back after a page that the browser sent for leads out too, but is no exit: a report may wait to be sent.
    if "back" not in request.query_params:
        headers["Clear-Site-Data"] = '"storage"'
    return Response("", status_code=303, media_type=MediaType.TEXT, headers=headers)


@post(LEAVE, include_in_schema=False, status_code=204)
async def wipe(request: Request[Any, Any, Any]) -> Response[None]:
    """Have the browser forget everything of this site while it goes elsewhere.

    Not cookies: none were set, and the header would take those of every site of the same owner.
    """
    del request
    headers = {"Clear-Site-Data": '"cache", "storage"', "Cache-Control": "no-store"}
    return Response(None, status_code=204, headers=headers)
