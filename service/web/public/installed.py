"""The pages as an app of the device: its manifest, the service worker, and the page to mark a moment on."""

from typing import Any, Final

import msgspec
from litestar import MediaType, Request, Response, get

from service.texts import N_
from service.web.languages import addresses, catalogue, prefix
from service.web.pages import static_address
from service.web.public.doors import language_and_path
from service.web.public.kept_pages import MARK_PAGE, mark_page
from service.web.static_files import static_answer

_NAME: Final = N_("Evenlode")
_GREEN: Final = "#12382f"
_MARK_NAME: Final = N_("Mark this moment")


@get(addresses(MARK_PAGE), include_in_schema=False, media_type=MediaType.HTML)
async def show_mark(request: Request[Any, Any, Any]) -> Response[str]:
    """The page with one button: the moment goes onto the device, nothing is sent."""
    language, path = language_and_path(request)
    return mark_page(language, path)


@get("/worker.js", include_in_schema=False)
async def worker(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The service worker. Its name stays, so it is asked for anew each time; it may serve every address."""
    answer = static_answer(request, "worker.js", "no-cache")
    answer.headers["Service-Worker-Allowed"] = "/"
    return answer


@get(addresses("/app.webmanifest"), include_in_schema=False)
async def manifest(request: Request[Any, Any, Any]) -> Response[bytes]:
    """What the device shows of the app. The name tells as little as a page's title."""
    language, _ = language_and_path(request)
    say = catalogue(language.code).gettext
    here = prefix(language.code)
    told = {
        "id": "/",
        "name": say(_NAME),
        "short_name": say(_NAME),
        "lang": language.code,
        "dir": language.direction,
        "start_url": f"{here}/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": _GREEN,
        # One size, which browsers draw smaller themselves: each would be fetched on somebody's line.
        "icons": [
            {
                "src": static_address("icon-512.png"),
                "sizes": "512x512",
                "type": "image/png",
                "purpose": purpose,
            }
            for purpose in ("any", "maskable")
        ],
        "shortcuts": [{"name": say(_MARK_NAME), "url": here + MARK_PAGE}],
    }
    return Response(
        msgspec.json.encode(told),
        media_type="application/manifest+json",
        headers={"Cache-Control": "no-cache"},
    )
