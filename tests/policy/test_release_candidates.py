"""Folders that come from anywhere: read safely, checked as a whole, refused with file, line and reason."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from service.cli.main import evenlode
from service.errors import PolicyError
from service.policy.load import load_policy
from service.policy.releases.candidate import load_files, read_candidate
from service.policy.releases.folder import LARGEST_FILE, MOST_FILES, read_folder, unpacked, write_folder
from service.policy.releases.model import ReleaseRefused
from tests.policy.editing import Edited


def refusal(folder: Path) -> str:
    with pytest.raises(PolicyError) as refused:
        read_candidate(folder)
    return str(refused.value)


def test_what_is_read_is_what_the_folder_says(edited: Edited) -> None:
    policy, files = read_candidate(edited.folder)
    assert policy.version == load_policy(edited.folder).version == load_files(files).version
    with unpacked(files) as folder:
        assert read_folder(folder) == files


Spoil = Callable[[Edited], object]
FAULTS: list[tuple[Spoil, str, str, str]] = [
    # what is done, the file, what stands on the faulty line, part of the reason
    (
        lambda edited: edited.replace("rules.toml", 'danger_now = "yes"', 'danger_nwo = "yes"'),
        "rules.toml",
        "danger_nwo",
        "did you mean 'danger_now'?",
    ),
    (
        lambda edited: edited.replace("routes.toml", 'must = ["asb_team"]', 'must = ["abs_team"]'),
        "routes.toml",
        '"abs_team"',
        "'abs_team' is not a recipient",
    ),
    (
        lambda edited: edited.replace(
            "rules.toml", 'weapon = ["threatened", "used"], happening', 'weapon = "threatened", happening'
        ),
        "rules.toml",
        'weapon = "threatened", happening',
        "P1b could lower a grade when weapon gets worse: add used",
    ),
]


@pytest.mark.parametrize(("spoil", "file", "seek", "reason"), FAULTS, ids=["typo", "recipient", "lower"])
def test_the_check_refuses_with_file_line_and_reason(
    edited: Edited, spoil: Spoil, file: str, seek: str, reason: str
) -> None:
    spoil(edited)
    told = CliRunner().invoke(evenlode, ["policy", "check", str(edited.folder)])
    assert told.exit_code == 1
    assert f"{file}:{edited.line_of(file, seek)}: " in told.stderr
    assert reason in told.stderr
    assert "this policy cannot be used" in told.stderr


def test_contacts_in_a_circle_are_refused_with_the_line_of_each(edited: Edited) -> None:
    path = edited.folder / "recipients.toml"
    lines = [line for line in path.read_text().splitlines() if not line.startswith("next_contact =")]
    path.write_text("\n".join(lines) + "\n")
    for code, following in (("tvp", "asb_team"), ("asb_team", "tvp")):
        edited.replace(
            "recipients.toml", f'code = "{code}"', f'code = "{code}"\nnext_contact = "{following}"'
        )
    said = [line for line in refusal(edited.folder).splitlines() if "goes round in a circle" in line]
    assert {int(line.split(":")[1]) for line in said} == {
        edited.line_of("recipients.toml", f'next_contact = "{following}"')
        for following in ("tvp", "asb_team")
    }


def test_a_link_out_of_the_folder_is_not_followed(edited: Edited, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("a secret of this machine")
    (edited.folder / "rules.toml").unlink()
    (edited.folder / "rules.toml").symlink_to(secret)
    said = refusal(edited.folder)
    assert said == "rules.toml:1: a link that leads out of the folder"


def test_a_link_inside_the_folder_is_followed_as_a_mounted_one_needs(edited: Edited) -> None:
    data = edited.folder / "data"
    data.mkdir()
    (edited.folder / "rules.toml").rename(data / "rules.toml")
    (edited.folder / "rules.toml").symlink_to("data/rules.toml")
    assert "rules.toml" in read_candidate(edited.folder)[1]


async def test_a_pipe_does_not_keep_anybody_waiting(edited: Edited) -> None:
    (edited.folder / "rules.toml").unlink()
    os.mkfifo(edited.folder / "rules.toml")
    said = await asyncio.wait_for(asyncio.to_thread(refusal, edited.folder), 5)
    assert said == "rules.toml:1: not a plain file"


def test_a_file_of_any_size_is_refused_unread(edited: Edited) -> None:
    with (edited.folder / "rules.toml").open("ab") as file:
        file.truncate(LARGEST_FILE * 1000)
    assert refusal(edited.folder) == f"rules.toml:1: larger than {LARGEST_FILE:,} bytes"


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("rules.toml", b"\xff\xfe", "rules.toml:1: the file is not UTF-8"),
        ("rules.toml", b"a = 1\x00", "rules.toml:1: the file holds a NUL character"),
        ("Rules.toml", b"", "Rules.toml:1: a policy file is named in small letters"),
        ("evil\x1b[2J.toml", b"", "evil?[2J.toml:1: a policy file is named in small letters"),
        ("unknown.toml", b"", "unknown.toml:1: not a policy file"),
        ("rules.toml", b"[[rule]]\n" + b"[" * 5_000, "rules.toml:"),
        (
            "rules.toml",
            b"x = " + b"[" * 50_000,
            "rules.toml:1: nested too deeply, or a number too long to read",
        ),
        (
            "rules.toml",
            b"x = " + b"9" * 50_000,
            "rules.toml:1: nested too deeply, or a number too long to read",
        ),
    ],
)
def test_a_file_that_is_none_is_refused_by_name(
    edited: Edited, name: str, content: bytes, reason: str
) -> None:
    (edited.folder / name).write_bytes(content)
    assert reason in refusal(edited.folder)


def test_a_folder_full_of_files_is_refused(edited: Edited) -> None:
    for number in range(MOST_FILES):
        (edited.folder / f"more{number}.toml").touch()
    assert "a policy has at most" in refusal(edited.folder)


def test_what_is_no_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for place in (tmp_path / "file", tmp_path / "nowhere"):
        assert "there is no such policy folder" in refusal(place)


@pytest.mark.parametrize("name", ["../rules.toml", "/tmp/rules.toml", "a/b.toml", "rules.txt"])
def test_a_stored_name_never_leads_out_of_the_folder_it_is_written_to(tmp_path: Path, name: str) -> None:
    with pytest.raises(PolicyError, match="not a policy file"):
        write_folder({name: ""}, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_files_are_never_written_over_others(tmp_path: Path) -> None:
    (tmp_path / "mine").touch()
    with pytest.raises(ReleaseRefused, match="is not empty"):
        write_folder({"rules.toml": ""}, tmp_path)
