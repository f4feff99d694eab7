"""A candidate: policy files, read once and checked as a whole."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

from service.errors import PolicyError
from service.policy.load import load_policy
from service.policy.model import Policy
from service.policy.releases.folder import read_folder, unpacked
from service.policy.releases.model import Files


def load_files(files: Files) -> Policy:
    """The policy that the files make. Raises PolicyError with every fault as `file:line: reason`."""
    try:
        with unpacked(files) as folder:
            return load_policy(folder)
    except (RecursionError, ValueError) as fault:
        # Nothing that a person would write; the TOML reader has no words for it.
        raise PolicyError("\n".join(_unreadable(files)) or f"{next(iter(files))}:1: {fault}") from fault


def _unreadable(files: Files) -> Iterator[str]:
    for name, text in files.items():
        try:
            tomllib.loads(text)
        except tomllib.TOMLDecodeError:
            continue
        except (RecursionError, ValueError):
            yield f"{name}:1: nested too deeply, or a number too long to read"


def read_candidate(folder: Path) -> tuple[Policy, Files]:
    """A folder's policy, and the files that it was made from. Raises PolicyError."""
    files = read_folder(folder)
    return load_files(files), files
