"""`evenlode organisation`: codes are given, shown, retired and printed, on the record."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest
from click.testing import CliRunner, Result

from service.cli.main import evenlode
from service.ids import ALPHABET, valid_organisation_code

Run = Callable[..., "asyncio.Future[Result]"]


@pytest.fixture
def run(environ: dict[str, str]) -> Run:
    given = {**environ, "EVENLODE_PUBLIC_URL": "https://report.example.gov.uk"}

    def _run(*words: str, **more: str) -> "asyncio.Future[Result]":
        # In a thread: the command has an event loop of its own.
        return asyncio.ensure_future(
            asyncio.to_thread(CliRunner().invoke, evenlode, ["organisation", *words], env={**given, **more})
        )

    return _run


async def added(run: Run, *words: str) -> str:
    told = await run("add", *words)
    assert told.exit_code == 0, told.output
    found = re.search(r"has the code (\w+)", told.output)
    assert found is not None
    return found[1]


async def test_a_venue_gets_a_code_that_people_can_read_and_it_is_on_the_record(
    run: Run, database: asyncpg.Connection
) -> None:
    code = await added(run, "venue", "  The  Example Arms ", "--town", "Witney", "--by", "Sam")
    assert len(code) == 6
    assert set(code) <= set(ALPHABET)
    row = await database.fetchrow("SELECT kind, name, town FROM organisation WHERE code = $1", code)
    assert tuple(row) == ("venue", "The Example Arms", "Witney")
    assert (
        await database.fetchval(
            "SELECT actor FROM audit_event WHERE action = 'organisation.added' AND subject = $1", code
        )
        == "Sam"
    )


async def test_a_slip_in_a_code_finds_no_other_organisation(run: Run) -> None:
    code = await added(run, "taxi", "Example Cars")
    slipped = code[:-1] + next(one for one in ALPHABET if one != code[-1])
    assert valid_organisation_code(code.lower()) == code
    assert valid_organisation_code(slipped) is None
    told = await run("retire", slipped)
    assert told.exit_code == 1
    assert "There is no organisation of this code" in told.output


async def test_a_retired_code_is_shown_as_such_and_gets_no_poster(run: Run, tmp_path: Path) -> None:
    code = await added(run, "venue", "The Example Arms")
    assert (await run("retire", code)).exit_code == 0
    again = await run("retire", code)
    assert again.exit_code == 1
    assert "was retired before" in again.output
    listed = await run("list", COLUMNS="200")
    assert re.search(rf"{code}.*The Example Arms.*\d{{4}}.*\d{{4}}", listed.output)
    assert (await run("poster", code, "--to", str(tmp_path))).exit_code == 1
    assert await asyncio.to_thread(lambda: list(tmp_path.iterdir())) == []


async def test_a_poster_is_written_as_pdf_and_svg(run: Run, tmp_path: Path) -> None:
    code = await added(run, "venue", "The Example Arms")
    told = await run("poster", code.lower(), "--to", str(tmp_path / "posters"))
    assert told.exit_code == 0, told.output
    assert "no telephone can reach" not in told.output
    assert (tmp_path / "posters" / f"poster-{code}.pdf").read_bytes().startswith(b"%PDF")
    assert b"<svg" in (tmp_path / "posters" / f"poster-{code}.svg").read_bytes()


async def test_a_poster_that_leads_to_this_machine_alone_is_said_to(run: Run, tmp_path: Path) -> None:
    code = await added(run, "venue", "The Example Arms")
    told = await run("poster", code, "--to", str(tmp_path), EVENLODE_PUBLIC_URL="http://127.0.0.1:8000")
    assert "no telephone can reach" in told.output


@pytest.mark.parametrize("name", ["", " ", "x" * 61, "a\x07b"])
async def test_a_name_that_no_report_could_carry_is_refused(run: Run, name: str) -> None:
    told = await run("add", "venue", name)
    assert told.exit_code == 2
    assert "give 1 to 60 characters" in told.output
