"""The object an ASGI server imports (`service.asgi:app`)."""

from service.app import create_app
from service.log import configure_logging
from service.settings import load_settings

configure_logging("web")
app = create_app(load_settings())
