"""What the tests of the pages share: the running application of `tests/web.py`."""

from tests.web import client, shared, web_environ, web_settings

__all__ = ["client", "shared", "web_environ", "web_settings"]
