"""The architecture, held by reading the code: which way imports run, what stays pure, how large modules get."""

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import click
import pytest

from service.cli.main import evenlode

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("schemas", "service", "workers")
EFFECTS = {
    "aiosmtplib",
    "aiosmtpd",
    "asyncpg",
    "celery",
    "granian",
    "httpx",
    "kombu",
    "litestar",
    "redis",
    "requests",
    "smtplib",
    "socket",
    "sqlite3",
    "subprocess",
    "urllib.request",
}
MAY_IMPORT = {
    "schemas": {"schemas"},
    "service": {"schemas", "service"},
    "workers": {"schemas", "service", "workers"},
}


def modules(*packages: str) -> list[Path]:
    found = [path for package in packages for path in sorted((ROOT / package).rglob("*.py"))]
    assert found
    return found


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def imports_of(path: Path) -> frozenset[str]:
    """Every module a file imports, wherever in the file it does so."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(found)


def file_of(module: str) -> Path | None:
    base = ROOT.joinpath(*module.split("."))
    return next((path for path in (base.with_suffix(".py"), base / "__init__.py") if path.is_file()), None)


def reached_from(module: str) -> dict[str, str]:
    """Every module reached through imports of our own code, with the one of ours that imports it."""
    seen: dict[str, str] = {}
    waiting = [module]
    while waiting:
        current = waiting.pop()
        if (path := file_of(current)) is None:
            continue
        for imported in imports_of(path) - seen.keys():
            seen[imported] = current
            if imported.partition(".")[0] in PACKAGES:
                waiting.append(imported)
    return seen


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_run_one_way_from_workers_over_service_to_schemas(package: str) -> None:
    ours = {*PACKAGES, "tests", "bench", "tools"}
    wrong = {
        (name_of(path), imported)
        for path in modules(package)
        for imported in imports_of(path)
        if imported.partition(".")[0] in ours - MAY_IMPORT[package]
    }
    assert wrong == set()


def test_schemas_need_nothing_but_msgspec_and_the_standard_library() -> None:
    allowed = {"msgspec", "schemas", *sys.stdlib_module_names}
    wrong = {
        (name_of(path), imported)
        for path in modules("schemas")
        for imported in imports_of(path)
        if imported.partition(".")[0] not in allowed
    }
    assert wrong == set()


@pytest.mark.parametrize(
    "module", ["service.intake.classify", "service.routing.decide", "service.intake.detect", "workers.retry"]
)
def test_what_decides_reaches_no_database_network_or_queue(module: str) -> None:
    assert file_of(module) is not None
    reached = reached_from(module)
    effects = {
        (imported, by)
        for imported, by in reached.items()
        if imported in EFFECTS or imported.partition(".")[0] in EFFECTS
    }
    assert effects == set()


def test_no_module_is_longer_than_350_lines() -> None:
    sizes = {
        str(path.relative_to(ROOT)): len(path.read_text().splitlines())
        for path in modules(*PACKAGES, "tests", "tools")
    }
    assert {name: size for name, size in sizes.items() if size > 350} == {}


def test_no_module_is_named_for_holding_anything() -> None:
    vague = {"utils", "util", "helpers", "helper", "common", "misc", "shared", "base_utils"}
    assert {name_of(path) for path in modules(*PACKAGES) if path.stem in vague} == set()


def test_migrations_are_numbered_from_one_without_gap_or_twin() -> None:
    names = sorted(path.name for path in (ROOT / "service" / "db" / "migrations").glob("*.sql"))
    assert all(re.fullmatch(r"\d{4}_[a-z0-9_]+\.sql", name) for name in names)
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))


def test_make_help_lists_every_target() -> None:
    text = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z][a-z-]*):", text, re.MULTILINE))
    listed = set(re.findall(r"^([a-z][a-z-]*):.*## \S", text, re.MULTILINE))
    assert {"run", "test", "bench", "kills", "audit"} <= listed
    # These two are steps of the others, not something to call.
    assert targets - listed == {"setup", "setup-run"}
    assert set(re.findall(r"^\.PHONY: (.*)$", text, re.MULTILINE)[0].split()) == targets


def test_ci_runs_what_everybody_runs() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    assert script.read_text().splitlines()[-1] == "exec make test"


@pytest.mark.parametrize("command", evenlode.list_commands(click.Context(evenlode)))
def test_every_listed_command_exists_and_explains_itself(command: str) -> None:
    found = evenlode.get_command(click.Context(evenlode), command)
    assert found is not None
    assert found.help


def test_importing_any_module_reads_no_setting_and_starts_nothing() -> None:
    # service.asgi is the object a server imports, and __main__ the command itself.
    names = sorted({name_of(path) for path in modules(*PACKAGES)} - {"service.asgi", "service.cli.__main__"})
    program = (
        "import importlib, sys, threading, psutil\n"
        "for name in sys.argv[1:]: importlib.import_module(name)\n"
        "me = psutil.Process()\n"
        "print(threading.active_count(), me.children(), me.net_connections('all'))\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", program, *[name for name in names if not name.endswith("__main__")]],
        env={"PATH": "/usr/bin:/bin"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (said.stdout, said.stderr) == ("1 [] []\n", "")
