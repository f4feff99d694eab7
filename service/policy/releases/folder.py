"""Policy files between a folder and the database.

A candidate's folder may come from anywhere, so only plain files of a sensible size are read, and what is checked is
the copy that was read, not a folder that may change meanwhile.
"""

import re
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from service.errors import PolicyError
from service.policy.releases.model import Files, ReleaseRefused

LARGEST_FILE: Final = 1 << 20
"""Bytes; the largest file shipped has some 20,000."""
MOST_FILES: Final = 40
_NAME: Final = re.compile(r"[a-z][a-z0-9_-]{0,40}\.toml")


def read_folder(folder: Path) -> Files:
    """The policy files of a folder as text, whether or not they are right.

    Raises PolicyError, as `file:line: reason`, for what is no policy file: a link that leads out of the folder, a
    pipe, a file that is too large or no text.
    """
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix == ".toml")
    except OSError as fault:
        raise PolicyError(f"{folder}:1: there is no such policy folder") from fault
    if len(paths) > MOST_FILES:
        raise PolicyError(f"{folder}:1: there are {len(paths)} files, and a policy has at most {MOST_FILES}")
    files: dict[str, str] = {}
    faults = []
    for path in paths:
        try:
            files[path.name] = _text(path, folder)
        except ValueError as fault:
            faults.append(f"{_shown(path.name)}:1: {fault}")
        except OSError as fault:
            faults.append(f"{_shown(path.name)}:1: cannot be read: {fault.strerror}")
    if faults:
        raise PolicyError("\n".join(faults))
    return files


def _text(path: Path, folder: Path) -> str:
    """The text of one file. Raises ValueError, saying what is wrong, or OSError."""
    if not _NAME.fullmatch(path.name):
        raise ValueError("a policy file is named in small letters, as rules.toml")
    if not path.resolve().is_relative_to(folder.resolve()):
        raise ValueError("a link that leads out of the folder")
    # Asked before it is opened: a pipe would keep us waiting for ever.
    if not stat.S_ISREG(path.stat().st_mode):
        raise ValueError("not a plain file")
    with path.open("rb") as file:
        content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise ValueError(f"larger than {LARGEST_FILE:,} bytes")
    try:
        text = content.decode()
    except UnicodeDecodeError as fault:
        raise ValueError("the file is not UTF-8") from fault
    if "\x00" in text:
        raise ValueError("the file holds a NUL character")
    return text


def _shown(name: str) -> str:
    """A file's name for a terminal."""
    return "".join(character if character.isprintable() else "?" for character in name)


def write_folder(files: Files, folder: Path) -> None:
    """Write policy files into a folder, which must be new or empty. Raises ReleaseRefused otherwise."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise ReleaseRefused(f"{folder} is not empty; name a new folder.")
    for name, text in files.items():
        if not _NAME.fullmatch(name):
            raise PolicyError(f"{_shown(name)}:1: not a policy file")
        (folder / name).write_bytes(text.encode())


@contextmanager
def unpacked(files: Files) -> Iterator[Path]:
    """The files as a folder, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="evenlode-policy-") as made:
        folder = Path(made)
        write_folder(files, folder)
        yield folder
