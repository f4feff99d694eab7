"""The web's settings, from the tests of the web application."""

from tests.web import web_environ

__all__ = ["web_environ"]
