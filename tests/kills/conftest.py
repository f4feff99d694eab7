from tests.web import client, web_environ, web_settings

__all__ = ["client", "web_environ", "web_settings"]
