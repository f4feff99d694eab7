"""What the tests of the pages share: the running application of `tests/web.py`, and a desk."""

from tests.triage.served import desk
from tests.web import client, shared, web_environ, web_settings

__all__ = ["client", "desk", "shared", "web_environ", "web_settings"]
