"""Every page of the web, put together."""

from typing import Final

from litestar import Router
from litestar.config.compression import CompressionConfig
from litestar.middleware import DefineMiddleware
from litestar.middleware.compression import CompressionMiddleware

from service.access.guards import anyone
from service.web.headers import add_page_headers
from service.web.public.doors import show_form, start, take_form
from service.web.public.follow_up import show_follow_up, take_follow_up
from service.web.public.installed import manifest, show_mark, worker
from service.web.public.kept_pages import send_kept_pages
from service.web.public.leave import leave, wipe
from service.web.public.place_map import send_place_map
from service.web.public.promises import accessibility, privacy, security_txt
from service.web.public.venue import (
    ask_for_receipt,
    choose_worry,
    show_taxi_form,
    show_venue_form,
    tick_off,
)
from service.web.static_files import static_file

_COMPRESSED: Final = DefineMiddleware(
    CompressionMiddleware,
    config=CompressionConfig(
        backend="brotli", brotli_quality=5, brotli_gzip_fallback=True, gzip_compress_level=6
    ),
)
_EMPTY: Final = Router(
    path="/",
    route_handlers=[
        start,
        show_form,
        choose_worry,
        show_venue_form,
        show_taxi_form,
        privacy,
        accessibility,
        send_place_map,
    ],
    # Only pages that show nothing of anybody: beside what somebody else can make a page say, a secret of the same page
    # could be guessed from how well it compresses.
    middleware=[_COMPRESSED],
)
PAGES: Final = Router(
    path="/",
    route_handlers=[
        _EMPTY,
        take_form,
        ask_for_receipt,
        tick_off,
        show_follow_up,
        take_follow_up,
        static_file,
        worker,
        manifest,
        send_kept_pages,
        show_mark,
        leave,
        wipe,
        security_txt,
    ],
    after_request=add_page_headers,
    include_in_schema=False,
    opt=anyone,
)
