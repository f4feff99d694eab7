from pathlib import Path

import pytest

from tests.policy.editing import Edited


@pytest.fixture
def edited(tmp_path: Path) -> Edited:
    return Edited(tmp_path / "policy")
