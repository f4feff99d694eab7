"""What `make` says and does before there is anything but a Python."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def make(*words: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    environ = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": str(cwd)}
    return subprocess.run(["make", *words], cwd=cwd, env=environ, capture_output=True, text=True, check=False)


def test_make_without_a_target_lists_the_commands() -> None:
    said = make()
    assert said.returncode == 0
    assert "make run" in said.stdout
    assert "make test" in said.stdout


def test_without_a_python_that_is_new_enough_it_says_what_to_do() -> None:
    said = make("run", "PYTHON=/nowhere/python3")
    assert said.returncode != 0
    assert "needs Python 3.11 or newer" in said.stderr
    assert "/nowhere/python3" in said.stderr


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose environment is complete and whose pages are built, in a folder with a space in its name."""
    folder = tmp_path / "a checkout"
    folder.mkdir()
    for name in ("Makefile", "pyproject.toml", "uv.lock", "package-lock.json"):
        shutil.copy(ROOT / name, folder)
    shutil.copytree(ROOT / "tools", folder / "tools")
    python = folder / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    program = (
        "import sys; sys.path.insert(0, 'tools'); import assets, bootstrap, json\n"
        "assets.MODULES.mkdir(); assets.BUILT.mkdir(parents=True); assets.STAMP.write_text(assets.fingerprint())\n"
        "bootstrap.STAMP.write_text(json.dumps({'of': bootstrap.fingerprint(), 'level': 'run'}))\n"
    )
    subprocess.run([sys.executable, "-c", program], cwd=folder, check=True)
    return folder


def test_a_second_start_finds_nothing_to_set_up(checkout: Path) -> None:
    said = make("setup-run", f"PYTHON={sys.executable}", cwd=checkout)
    assert (said.returncode, said.stderr) == (0, "")
    assert not (checkout / ".bootstrap").exists()


def test_a_changed_lock_is_set_up_again_and_says_so_when_the_index_is_away(checkout: Path) -> None:
    with (checkout / "uv.lock").open("a") as lock:
        lock.write("\n# changed\n")
    # No index can be reached, so it gets as far as asking for uv and says so.
    environ = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(checkout),
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_RETRIES": "0",
        "PIP_CONFIG_FILE": os.devnull,
    }
    said = subprocess.run(
        ["make", "setup-run", f"PYTHON={sys.executable}"],
        cwd=checkout,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode != 0
    assert "uv could not be fetched" in said.stderr
    assert "Traceback" not in said.stderr
