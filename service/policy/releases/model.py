"""What a release of the policy is: plain records, and what can be wrong with one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

import msgspec

from service.errors import ServiceError

Files = Mapping[str, str]
"""The policy files of a folder: their text, by their names."""
Kind = Literal["inherited", "published", "rolled_back"]


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """One policy that was proposed, with its files."""

    version: str
    proposed_by: str
    proposed_at: datetime
    files: Files


class InForce(msgspec.Struct, frozen=True, kw_only=True):
    """What is in force. `number` counts every change of it."""

    number: int
    version: str
    files: Files

    @property
    def mark(self) -> str:
        """What tells this change from every other."""
        return f"{self.number}:{self.version}"


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One change of what is in force. `rolled_to` is the number of the earlier change it went back to."""

    number: int
    version: str
    kind: Kind
    put_by: str
    put_at: datetime
    why: str | None
    rolled_to: int | None


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A release without its files, and every time it was put in force."""

    version: str
    proposed_by: str
    proposed_at: datetime
    changes: list[Change]
    in_force: bool


class ReleaseRefused(ServiceError):
    """This cannot be done with this policy."""

    code = "release-refused"


class SignerRefused(ServiceError):
    """The passphrase is not this signer's."""

    code = "signer-refused"
