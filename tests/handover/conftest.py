from tests.triage.served import desk
from tests.web import client, shared, web_environ, web_settings

__all__ = ["client", "desk", "shared", "web_environ", "web_settings"]
