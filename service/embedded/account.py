"""The account that PostgreSQL and Valkey run as.

PostgreSQL refuses to run as root, so root hands the embedded services to an account without privileges.
An ordinary user runs them as itself.
"""

import os
import pwd
import shutil
import subprocess
from pathlib import Path

import msgspec

from service.errors import ServiceError

_CANDIDATES = ("nobody", "daemon")


class AccountMissing(ServiceError):
    """Root needs an account without privileges here and found none; run as an ordinary user instead."""

    code = "account-missing"


class Account(msgspec.Struct, frozen=True):
    """A user and group that services are started as."""

    uid: int
    gid: int

    def can_enter(self, folder: Path) -> bool:
        """True when a process of this account can get to the folder, through whatever lies above it."""
        return self._run(["/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder)])

    def can_run(self, program: Path) -> bool:
        """True when a process of this account can start the program and load its libraries."""
        return self._run([str(program), "--version"])

    def usable(self) -> bool:
        """True when this process may become the account; a container may know no user but root."""
        return self._run(["/bin/sh", "-c", ":"])

    def own(self, folder: Path) -> None:
        """Make the folder, readable by this account alone, and give it to the account."""
        folder.mkdir(mode=0o700, exist_ok=True)
        os.chown(folder, self.uid, self.gid)
        folder.chmod(0o700)

    def _run(self, command: list[str]) -> bool:
        try:
            done = subprocess.run(  # noqa: S603 - our own programs
                command,
                check=False,
                user=self.uid,
                group=self.gid,
                extra_groups=[],
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        except (OSError, ValueError, subprocess.SubprocessError):
            return False
        return done.returncode == 0


def services_account(data: Path) -> Account | None:
    """The account to run as: None (itself) for an ordinary user; for root the owner of `data`, or `nobody`.

    Raises AccountMissing when this is root and no other account can be used.
    """
    if os.geteuid() != 0:
        return None
    if data.is_dir() and data.stat().st_uid != 0:
        owner = data.stat()
        return Account(uid=owner.st_uid, gid=owner.st_gid)
    for name in _CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        account = Account(uid=entry.pw_uid, gid=entry.pw_gid)
        if account.usable():
            return account
    raise AccountMissing


def copy_for(account: Account, sources: dict[str, Path], into: Path) -> None:
    """Copy program folders, under the names that `sources` gives, to where the account can reach them."""
    fresh = into.with_name(into.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    for name, source in sources.items():
        shutil.copytree(source, fresh / name, ignore=shutil.ignore_patterns("include", "*.a"))
    for path in [fresh, *fresh.rglob("*")]:
        # A strict umask must not keep the account out.
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))
    shutil.rmtree(into, ignore_errors=True)
    fresh.rename(into)
    if not account.can_enter(into):
        raise AccountMissing
