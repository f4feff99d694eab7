"""A copy of the shipped policy that a test may spoil."""

import shutil
from pathlib import Path

from service.settings import default_policy_folder


class Edited:
    """A policy folder of one's own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(default_policy_folder(), folder)

    def replace(self, file: str, old: str, new: str) -> int:
        """Replace the one place where `old` stands; the number of its line."""
        path = self.folder / file
        text = path.read_text()
        assert text.count(old) >= 1, f"{file} does not hold {old!r}"
        path.write_text(text.replace(old, new, 1))
        return text[: text.index(old)].count("\n") + 1

    def append(self, file: str, text: str) -> int:
        """Add text at the end; the number of its first line."""
        path = self.folder / file
        before = path.read_text()
        path.write_text(before + text)
        return before.count("\n") + 1

    def line_of(self, file: str, wanted: str) -> int:
        """The number of the first line that holds `wanted`."""
        lines = (self.folder / file).read_text().splitlines()
        return next(number for number, line in enumerate(lines, 1) if wanted in line)
