from pathlib import Path

import pytest

from tests.policy.editing import Edited
from tests.web import client, shared, web_environ, web_settings

__all__ = ["client", "shared", "web_environ", "web_settings"]


@pytest.fixture
def edited(tmp_path: Path) -> Edited:
    return Edited(tmp_path / "policy")
