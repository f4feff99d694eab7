"""The command line's table: every command in it exists, and the list is there without importing any of them."""

import pytest
from click.testing import CliRunner

from service.cli.main import _COMMANDS, evenlode
from service.errors import SettingsError


def test_help_lists_every_command_with_its_summary() -> None:
    told = CliRunner().invoke(evenlode, ["--help"])
    assert told.exit_code == 0
    for name in _COMMANDS:
        assert f"\n  {name} " in told.output


@pytest.mark.parametrize("name", sorted(_COMMANDS))
def test_each_command_exists_and_explains_itself(name: str) -> None:
    told = CliRunner().invoke(evenlode, [name, "--help"])
    assert told.exit_code == 0, told.output
    assert f"{name} " in told.output


def test_an_unknown_command_is_refused() -> None:
    told = CliRunner().invoke(evenlode, ["frobnicate"])
    assert told.exit_code == 2
    assert "No such command" in told.output


def test_a_fault_that_the_service_foresaw_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "not a port")
    told = CliRunner().invoke(evenlode, ["keys", "init"])
    assert told.exit_code == 1
    assert told.output.startswith("Error: PORT=")
    assert not isinstance(told.exception, SettingsError)
