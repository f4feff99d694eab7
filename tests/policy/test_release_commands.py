"""Proposing, publishing and rolling back, as two people do it at the command line."""

import asyncio
import os
import re
from collections.abc import Callable
from pathlib import Path

import asyncpg
import httpx
import pytest
from click.testing import CliRunner, Result

from service.audit.verify import verify_chain
from service.cli.main import evenlode
from service.policy.model import Policy
from service.policy.releases.store import read_in_use
from tests.builders import report
from tests.policy.editing import Edited
from tests.web import send

RULE = """
[[rule]]
id = "P3-fly-tipping"
grade = "P3"
says = "Any fly-tipping."
when = [{ concern = "fly_tipping" }]
"""
Run = Callable[..., Result]


@pytest.fixture
def run(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command in a thread of its own, as it starts an event loop; `passphrase` is what is typed when asked."""
    for name, value in environ.items():
        monkeypatch.setenv(name, value)

    def invoke(*arguments: str, typed: str | None = None, folder: Path | None = None) -> Result:
        env = {} if folder is None else {"EVENLODE_POLICY": str(folder)}
        return CliRunner().invoke(evenlode, ["policy", *arguments], input=typed, env=env)

    return invoke


async def said(run: Run, *arguments: str, typed: str | None = None, folder: Path | None = None) -> str:
    """The output of a command that succeeds, with the settings' policy folder or another."""
    result = await asyncio.to_thread(run, *arguments, typed=typed, folder=folder)
    assert result.exit_code == 0, result.output
    return result.output


async def refused(run: Run, *arguments: str, typed: str | None = None) -> str:
    """The output of a command that fails in a sentence."""
    result = await asyncio.to_thread(run, *arguments, typed=typed)
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit)
    return result.output


async def signers(run: Run, *names: str) -> list[str]:
    """The passphrases of two new signers."""
    return [_passphrase(await said(run, "signer", "add", name)) for name in names]


def _passphrase(output: str) -> str:
    found = re.search(r"^    (\w{4}(?:-\w{4}){4})$", output, re.MULTILINE)
    assert found, output
    return found[1]


async def proposed(run: Run, folder: Path, name: str, passphrase: str) -> str:
    output = await said(run, "propose", str(folder), "--by", name, typed=f"{passphrase}\n")
    found = re.search(r"^.*Proposed: (\S+)\.", output, re.MULTILINE)
    assert found, output
    return found[1]


async def test_two_people_put_a_policy_in_force_and_one_takes_it_back(
    run: Run, edited: Edited, database: asyncpg.Connection, client: httpx.AsyncClient, policy: Policy
) -> None:
    assert (await send(client, report())).status_code == 201
    ann, bob = await signers(run, "ann", "bob")
    edited.append("rules.toml", RULE)

    version = await proposed(run, edited.folder, "ann", ann)
    assert "not published" in await said(run, "releases")
    told = await said(run, "publish", version, "--by", "bob", "--yes", typed=f"{bob}\n")

    assert f"{version}, proposed by ann" in told
    assert "1 reports" in told
    assert told.index(f"In use until now: {policy.version}") < told.index(f"In force: {version}")
    assert f"In force: {version}" in told
    assert re.search(rf"{re.escape(version)} .*in force *\n +ann +bob", await said(run, "releases"))
    output = await said(run, "rollback", "--by", "bob", "--why", "It was wrong.", typed=f"{bob}\n")
    assert f"In force again: {policy.version}." in output
    assert "by bob: It was wrong." in await said(run, "releases")
    assert [
        (row["actor"], row["action"])
        for row in await database.fetch("SELECT * FROM audit_event ORDER BY seq")
        if row["action"].startswith("policy.")
    ][2:] == [
        ("ann", "policy.proposed"),
        ("bob", "policy.proposed"),
        ("bob", "policy.inherited"),
        ("bob", "policy.published"),
        ("bob", "policy.rolled_back"),
    ]
    assert (await verify_chain(database)).fault is None


async def test_a_folder_that_no_report_was_decided_by_is_no_way_back(
    run: Run, tmp_path: Path, database: asyncpg.Connection, client: httpx.AsyncClient, policy: Policy
) -> None:
    """Else one person would publish with a folder of their own, go back, and have it in force."""
    ann, bob = await signers(run, "ann", "bob")
    good, own = Edited(tmp_path / "good"), Edited(tmp_path / "own")
    good.append("rules.toml", RULE)
    own.replace("rules.toml", 'says = "', 'says = "Mine: ')
    version = await proposed(run, good.folder, "ann", ann)
    publishing = ("publish", version, "--by", "bob")
    told = await refused(run, *publishing, typed="n\n")
    assert "no way back from this release" in told
    assert "no report was decided yet" in told
    assert (await send(client, report())).status_code == 201

    told = await said(run, *publishing, typed=f"y\n{bob}\n", folder=own.folder)

    assert told.index("no way back from this release") < told.index("in force?")
    assert f"reports are decided by {policy.version}" in told
    assert "The way back" not in told
    assert "Nothing was in force before" in await refused(
        run, "rollback", "--by", "bob", "--why", "x", typed=f"{bob}\n"
    )
    assert [row["version"] for row in await database.fetch("SELECT version FROM policy_release")] == [version]


async def test_a_decision_that_a_command_made_does_not_tell_what_is_in_use(
    database: asyncpg.Connection, client: httpx.AsyncClient, policy: Policy
) -> None:
    assert await read_in_use(database) is None
    assert (await send(client, report())).status_code == 201
    await database.execute(
        "INSERT INTO decision (id, report_id, decided_at, grade, due_at, policy, concerns, recipients, detail, cause)"
        " SELECT 'ffffffff-ffff-7fff-bfff-ffffffffffff', report_id, now(), 2, due_at, 'own', concerns, recipients,"
        " detail, 'pattern' FROM decision"
    )
    assert await read_in_use(database) == policy.version


async def test_the_files_of_every_release_can_be_had_again(run: Run, edited: Edited, tmp_path: Path) -> None:
    (ann,) = await signers(run, "ann")
    version = await proposed(run, edited.folder, "ann", ann)

    await said(run, "show", version, "--out", str(tmp_path / "again"))

    assert {path.name: path.read_bytes() for path in (tmp_path / "again").iterdir()} == {
        path.name: path.read_bytes() for path in edited.folder.iterdir()
    }
    assert "is not empty" in await refused(run, "show", version, "--out", str(tmp_path / "again"))
    assert "rules.toml" in await said(run, "show", version)


async def test_whoever_proposed_it_cannot_publish_it(run: Run, edited: Edited) -> None:
    ann, _ = await signers(run, "ann", "bob")
    version = await proposed(run, edited.folder, "ann", ann)

    assert "another signer" in await refused(
        run, "publish", version, "--by", "ann", "--yes", typed=f"{ann}\n"
    )


async def test_somebody_that_the_proposer_added_is_no_second_person(run: Run, edited: Edited) -> None:
    ann, bob = await signers(run, "ann", "bob")
    twin = _passphrase(await said(run, "signer", "add", "ann2", "--by", "ann", typed=f"{ann}\n"))
    third = _passphrase(await said(run, "signer", "add", "ann3", "--by", "ann2", typed=f"{twin}\n"))
    version = await proposed(run, edited.folder, "ann2", twin)

    for name, passphrase in (("ann", ann), ("ann3", third)):
        output = await refused(run, "publish", version, "--by", name, "--yes", typed=f"{passphrase}\n")
        assert "stand for one person" in output
    await said(run, "publish", version, "--by", "bob", "--yes", typed=f"{bob}\n")


async def test_a_third_signer_is_added_by_a_signer(run: Run) -> None:
    await signers(run, "ann", "bob")

    assert "--by NAME" in await refused(run, "signer", "add", "eve")
    assert "not the passphrase" in await refused(run, "signer", "add", "eve", "--by", "ann", typed="guess\n")
    assert "eve" not in await said(run, "signer", "list")


async def test_a_name_stays_with_one_person(run: Run) -> None:
    await signers(run, "ann")

    assert "take another" in await refused(run, "signer", "add", "ann")
    assert "1 to 80 characters" in await refused(run, "signer", "add", "a\nb")


async def test_a_retired_signer_signs_no_more(run: Run, edited: Edited) -> None:
    ann, bob = await signers(run, "ann", "bob")
    await said(run, "signer", "add", "ann2", "--by", "ann", typed=f"{ann}\n")
    await said(run, "signer", "retire", "ann", "--by", "bob", typed=f"{bob}\n")

    assert "no signer ann" in await refused(
        run, "propose", str(edited.folder), "--by", "ann", typed=f"{ann}\n"
    )
    assert "retired" in await said(run, "signer", "list")
    # Nor does leaving make room for somebody whom nobody vouches for.
    assert "--by NAME" in await refused(run, "signer", "add", "eve")


async def test_the_last_signer_of_a_line_cannot_be_retired(
    run: Run, edited: Edited, database: asyncpg.Connection
) -> None:
    """Or nobody could publish ever again: it takes two lines, and only a signer of a line adds to it."""
    ann, bob = await signers(run, "ann", "bob")
    for name, by, passphrase in (("ann", "bob", bob), ("ann", "ann", ann), ("bob", "ann", ann)):
        output = await refused(run, "signer", "retire", name, "--by", by, typed=f"{passphrase}\n")
        assert "the last of their line" in output
        assert f"signer add NAME --by {name}" in output
    assert (
        await database.fetchval("SELECT count(*) FROM audit_event WHERE action = 'policy.signer_retired'")
        == 0
    )
    third = _passphrase(await said(run, "signer", "add", "ann2", "--by", "ann", typed=f"{ann}\n"))
    await said(run, "signer", "retire", "ann", "--by", "bob", typed=f"{bob}\n")
    version = await proposed(run, edited.folder, "ann2", third)
    await said(run, "publish", version, "--by", "bob", "--yes", typed=f"{bob}\n")


async def test_wrong_passphrases_are_refused_counted_and_on_the_record(
    run: Run, edited: Edited, database: asyncpg.Connection
) -> None:
    (ann,) = await signers(run, "ann")
    arguments = ("propose", str(edited.folder), "--by", "ann")
    for _ in range(3):
        assert "not the passphrase of ann" in await refused(run, *arguments, typed="ABCD-EFGH\n")

    # Now even the right one has to wait.
    assert "wait" in await refused(run, *arguments, typed=f"{ann}\n")
    assert "waits until" in await said(run, "signer", "list")
    assert await database.fetchval("SELECT count(*) FROM policy_release") == 0
    assert (
        await database.fetchval("SELECT count(*) FROM audit_event WHERE action = 'policy.signer_refused'")
        == 4
    )
    await database.execute("UPDATE policy_signer SET refused_until = now() - interval '1 second'")
    await proposed(run, edited.folder, "ann", ann.lower().replace("-", " "))
    assert await database.fetchval("SELECT failures FROM policy_signer") == 0


async def test_a_passphrase_can_come_from_a_file_descriptor(run: Run, edited: Edited, tmp_path: Path) -> None:
    (ann,) = await signers(run, "ann")
    kept = tmp_path / "passphrase"
    kept.write_text(f"{ann}\n")
    descriptor = os.open(kept, os.O_RDONLY)
    try:
        options = ("--by", "ann", "--passphrase-fd", str(descriptor))
        assert "Proposed" in await said(run, "propose", str(edited.folder), *options)
    finally:
        os.close(descriptor)


async def test_a_faulty_policy_is_refused_before_anybody_is_asked(run: Run, edited: Edited) -> None:
    line = edited.replace("rules.toml", 'danger_now = "yes"', 'danger_now = "yse"')

    output = await refused(run, "propose", str(edited.folder), "--by", "ann")

    assert f"rules.toml:{line}: 'danger_now' is never 'yse'" in output
    assert "cannot be used" in output


async def test_the_same_policy_is_proposed_once(run: Run, edited: Edited) -> None:
    (ann,) = await signers(run, "ann")
    await proposed(run, edited.folder, "ann", ann)

    output = await refused(run, "propose", str(edited.folder), "--by", "ann", typed=f"{ann}\n")

    assert "was proposed before, by ann" in output


async def test_a_publication_can_be_called_off(
    run: Run, edited: Edited, database: asyncpg.Connection
) -> None:
    ann, _ = await signers(run, "ann", "bob")
    version = await proposed(run, edited.folder, "ann", ann)

    output = await refused(run, "publish", version, "--by", "bob", typed="n\n")

    assert f"Put {version} in force?" in output
    assert await database.fetchval("SELECT count(*) FROM policy_in_force") == 0


async def test_what_was_never_in_force_is_nothing_to_go_back_to(run: Run, edited: Edited) -> None:
    ann, bob = await signers(run, "ann", "bob")
    back = ("rollback", "--by", "bob", "--why", "x")
    assert "No policy was published yet" in await refused(run, *back, typed=f"{bob}\n")
    version = await proposed(run, edited.folder, "ann", ann)
    await said(run, "publish", version, "--by", "bob", "--yes", typed=f"{bob}\n")
    edited.append("rules.toml", RULE)
    other = await proposed(run, edited.folder, "ann", ann)

    for wanted, reason in (
        ((other,), "was never in force"),
        ((version,), "is in force now"),
        ((), "Nothing"),
    ):
        assert reason in await refused(run, *back[:1], *wanted, *back[1:], typed=f"{bob}\n")
    result = await asyncio.to_thread(run, "rollback", "--by", "bob", "--why", " ")
    assert (result.exit_code, "say why" in result.output) == (2, True)


async def test_an_unknown_version_is_refused(run: Run) -> None:
    for command in (("publish", "x+1", "--by", "ann"), ("show", "x+1")):
        assert "No policy x+1 was proposed" in await refused(run, *command)


async def test_before_the_first_proposal_the_lists_say_what_to_do(run: Run) -> None:
    assert "No policy was proposed yet" in await said(run, "releases")
    assert "signer add NAME" in await said(run, "signer", "list")
