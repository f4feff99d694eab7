"""Every named query fits the migrated schema and the rights of the process that runs it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import asyncpg
import pytest

import service
from service.db.sql import load_queries
from tests.web import Shared

_PROJECT: Final = Path(service.__file__).resolve().parent.parent
_ROLES: Final = {
    "service/audit/entries.sql": "evenlode_console",
    "service/audit/export.sql": "evenlode_web",
    "service/access/presented.sql": "evenlode_web",
    "service/access/teams.sql": "none",
    "service/access": "evenlode_access",
    "service/intake": "evenlode_web",
    "service/followup": "evenlode_web",
    "service/routing/quarantine.sql": "none",
    "service/routing/escalation.sql": "none",
    "service/routing/reminders.sql": "none",
    "service/routing": "evenlode_worker",
    "service/patterns": "evenlode_pattern",
    "service/demo": "none",
    "service/organisations": "none",
    "service/triage": "evenlode_console",
    "service/handover": "evenlode_console",
    "service/policy/releases/explain.sql": "evenlode_pattern",
    "service/policy/releases/replay.sql": "evenlode_pattern",
    "service/policy/releases/releases.sql": "none",
    "workers": "evenlode_worker",
}
"""Who runs the queries of a folder; `none` is whoever the command line connects as."""
_ALSO: Final = dict.fromkeys(
    (
        "depth",
        "oldest",
        "dead_by_recipient",
        "in_force",
        "in_force_mark",
        "one_release",
        "record",
        "by_code",
    ),
    "evenlode_web",
)
"""The web process runs these too: for its metrics, to decide by the policy in force, and to read a poster's code."""


def _files() -> list[Path]:
    folders = (_PROJECT / "service", _PROJECT / "workers")
    return sorted(
        path.relative_to(_PROJECT)
        for folder in folders
        for path in folder.rglob("*.sql")
        if path.parent.name != "migrations"
    )


def _queries() -> Iterator[tuple[str, str, str]]:
    for path in _files():
        role = next(role for folder, role in _ROLES.items() if path.is_relative_to(folder))
        for name, query in load_queries(".".join(path.parent.parts), path.name).items():
            for runs_as in {role, _ALSO.get(name, role)}:
                yield runs_as, f"{path.stem}.{name}", query


_ALL: Final = sorted(_queries())


@pytest.mark.parametrize(("role", "name", "query"), _ALL, ids=[f"{role}:{name}" for role, name, _ in _ALL])
async def test_a_query_prepares_and_its_role_may_run_it(
    shared: Shared, role: str, name: str, query: str
) -> None:
    connection = shared.database
    await connection.prepare(query)
    # Preparing asks for no rights; planning for no particular values does, and runs nothing.
    await connection.execute(f"SET ROLE {role}")
    try:
        await connection.execute(f"EXPLAIN (GENERIC_PLAN) {query}")
    finally:
        await connection.execute("RESET ROLE")


def test_the_queries_of_all_packages_are_found() -> None:
    assert {name.partition(".")[0] for _, name, _ in _ALL} >= {"queries", "outbox"}
    assert len(_ALL) > 10


async def test_a_right_that_is_missing_would_be_noticed(shared: Shared) -> None:
    await shared.database.execute("SET ROLE evenlode_web")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await shared.database.execute(
            "EXPLAIN (GENERIC_PLAN) SELECT ciphertext FROM source WHERE report_id = $1"
        )
    await shared.database.execute("RESET ROLE")


def test_two_queries_of_one_name_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "twin_queries"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "twice.sql").write_text(
        "-- about\n-- name: a\nSELECT 1\n-- name: b\nSELECT 2;\n-- name: a\nSELECT 3\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ValueError, match="two queries are called a"):
        load_queries("twin_queries", "twice.sql")


def test_text_before_the_first_name_belongs_to_no_query(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "named_queries"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "some.sql").write_text(
        "-- about\nnothing\n-- name: a\n-- why\nSELECT 1\n\n-- name: b\nSELECT 2\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    assert load_queries("named_queries", "some.sql") == {"a": "-- why\nSELECT 1", "b": "SELECT 2"}
