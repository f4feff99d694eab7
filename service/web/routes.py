"""Every page of the web, put together."""

from typing import Final

from litestar import Router

from service.web.headers import add_page_headers
from service.web.public.doors import show_form, start, take_form
from service.web.static_files import static_file

PAGES: Final = Router(
    path="/",
    route_handlers=[start, show_form, take_form, static_file],
    after_request=add_page_headers,
    include_in_schema=False,
)
