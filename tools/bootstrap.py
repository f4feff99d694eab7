"""Set up `.venv` from the locked dependencies, with nothing but this Python and a package index.

    python3 tools/bootstrap.py run     what `make run` needs
    python3 tools/bootstrap.py test    that, and the tools of `make test`

uv does the work and is fetched into `.bootstrap/`, never into the machine's own Python: with pip where there
is one (`--target`, which an externally managed Python allows), else with a private virtual environment, else by
taking its wheel from the index. Standard library only.
"""

import fcntl
import hashlib
import json
import os
import platform
import shutil
import ssl
import subprocess
import sys
import urllib.request
import zipfile
from contextlib import suppress
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import assets

UV = "0.13.9"
ROOT = Path(__file__).resolve().parent.parent
PRIVATE = ROOT / ".bootstrap"
STAMP = ROOT / ".venv" / "evenlode-setup.json"
LEVELS = ("run", "test")


def main() -> None:
    """Bring `.venv` up to the lock file and build the pages' files; a second call finds nothing to do."""
    level = sys.argv[1] if len(sys.argv) > 1 else "test"
    if level not in LEVELS:
        sys.exit(f"usage: bootstrap.py [{'|'.join(LEVELS)}]")
    if sys.platform == "win32":
        sys.exit("Evenlode needs Linux or macOS; on Windows use WSL.")
    set_up(level)
    build_assets()


def set_up(level: str) -> None:
    """Bring `.venv` up to the lock file, unless it is."""
    wanted = fingerprint()
    if is_set_up(level, wanted):
        return
    PRIVATE.mkdir(exist_ok=True)
    with (PRIVATE / "lock").open("w") as lock:
        # Two commands started together must not build the same environment at once.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_set_up(level, wanted):
            return
        say("setting up (only the first time, and after an update)")
        sync(find_uv(), level)
        STAMP.write_text(json.dumps({"of": wanted, "level": level}))


def fingerprint() -> str:
    """What the environment is made from: the lock, the project, the place and the Python."""
    digest = hashlib.sha256()
    for name in ("uv.lock", "pyproject.toml"):
        digest.update((ROOT / name).read_bytes())
    digest.update(os.fsencode(ROOT))
    return digest.hexdigest()


def is_set_up(level: str, wanted: str) -> bool:
    """True when `.venv` was made from the same things, for this level or a higher one."""
    try:
        stamp = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return False
    python = ROOT / ".venv" / "bin" / "python"
    return stamp["of"] == wanted and LEVELS.index(stamp["level"]) >= LEVELS.index(level) and python.exists()


def sync(uv: Path, level: str) -> None:
    """Install the locked packages. A package index of one's own is honoured, with the lock's hashes."""
    environ = clean_environ()
    index = environ.get("UV_DEFAULT_INDEX") or environ.get("UV_INDEX_URL") or environ.get("PIP_INDEX_URL")
    if index and "pypi.org" not in urlsplit(index).netloc:
        sync_from(uv, level, index, environ)
        return
    group = ["--no-dev", "--inexact"] if level == "run" else []
    command = [str(uv), "sync", "--locked", "--extra", "embedded", *group]
    attempts = [environ]
    if "SSL_CERT_FILE" not in environ:
        # A network that inspects traffic has its certificate in the machine's store only.
        attempts.append({**environ, "UV_SYSTEM_CERTS": "true", "UV_NATIVE_TLS": "true"})
    if not any(run(command, attempt) for attempt in attempts):
        sys.exit("evenlode: the packages could not be installed; see above. Is the package index reachable?")


def sync_from(uv: Path, level: str, index: str, environ: dict[str, str]) -> None:
    """Install the locked versions, checked by the lock's hashes, from a mirror instead of the lock's addresses."""
    listing = PRIVATE / "requirements.txt"
    group = ["--no-dev"] if level == "run" else []
    export = [
        "export",
        "--frozen",
        "--quiet",
        "--extra",
        "embedded",
        *group,
        "--no-emit-project",
        "-o",
        str(listing),
    ]
    python = ROOT / ".venv" / "bin" / "python"
    with_index = {**environ, "UV_DEFAULT_INDEX": index}
    steps = [
        [*export],
        ["venv", "--quiet", "--clear", str(ROOT / ".venv")],
        ["pip", "install", "--python", str(python), "--require-hashes", "-r", str(listing)],
        ["pip", "install", "--python", str(python), "--no-deps", "--editable", str(ROOT)],
    ]
    for step in steps:
        if not run([str(uv), *step], with_index):
            sys.exit(
                f"evenlode: the packages could not be installed from {urlsplit(index).netloc}; see above."
            )


def clean_environ() -> dict[str, str]:
    """The environment for uv: this Python and no other, and none of an activated environment's settings."""
    dropped = {
        "VIRTUAL_ENV",
        "CONDA_PREFIX",
        "PYTHONPATH",
        "PYTHONHOME",
        "UV_SYSTEM_PYTHON",
        "UV_EXTRA_INDEX_URL",
    }
    environ = {name: value for name, value in os.environ.items() if name not in dropped}
    certificates = environ.get("PIP_CERT") or environ.get("REQUESTS_CA_BUNDLE")
    if certificates:
        environ.setdefault("SSL_CERT_FILE", certificates)
    environ["UV_PYTHON"] = base_python()
    environ["UV_PYTHON_DOWNLOADS"] = "never"
    environ["UV_PROJECT_ENVIRONMENT"] = str(ROOT / ".venv")
    if not os.access(environ.get("HOME", ""), os.W_OK):
        environ.setdefault("UV_CACHE_DIR", str(PRIVATE / "cache"))
    return environ


def base_python() -> str:
    """The running Python, or the one below a virtual environment, which may be the one to be replaced."""
    return str(getattr(sys, "_base_executable", None) or sys.executable)


def build_assets() -> None:
    """Build what the browser is given, one build at a time."""
    if assets.is_built():
        return
    PRIVATE.mkdir(exist_ok=True)
    with (PRIVATE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assets.main()


def find_uv() -> Path:
    """The private uv, fetched on first use by the first way that works."""
    folder = PRIVATE / f"uv-{UV}"
    if found := uv_in(folder):
        return found
    for way in (with_pip, with_venv, from_index):
        shutil.rmtree(folder, ignore_errors=True)
        if way(folder) and (found := uv_in(folder)):
            return found
    sys.exit("evenlode: uv could not be fetched from the package index; see above. Is the index reachable?")


def uv_in(folder: Path) -> Path | None:
    """The uv program below a folder, if it runs."""
    for found in sorted(folder.rglob("uv")):
        if (
            found.is_file()
            and os.access(found, os.X_OK)
            and run([str(found), "--version"], dict(os.environ), loud=False)
        ):
            return found
    return None


def with_pip(folder: Path) -> bool:
    """Fetch uv with this Python's pip, beside everything installed."""
    return run(
        [base_python(), "-m", "pip", *PIP_INSTALL, "--target", str(folder), f"uv=={UV}"],
        pip_environ(),
        loud=False,
    )


def with_venv(folder: Path) -> bool:
    """Fetch uv with the pip that a fresh virtual environment brings."""
    if not run([base_python(), "-m", "venv", str(folder)], dict(os.environ), loud=False):
        return False
    return run(
        [str(folder / "bin" / "python"), "-m", "pip", *PIP_INSTALL, f"uv=={UV}"], pip_environ(), loud=False
    )


PIP_INSTALL = ("install", "--quiet", "--disable-pip-version-check", "--no-input", "--only-binary", ":all:")


def pip_environ() -> dict[str, str]:
    """A person's `user = true` or `require-virtualenv` does not fit a private folder."""
    return {**os.environ, "PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0"}


def from_index(folder: Path) -> bool:
    """Fetch uv's wheel from the index (PEP 691), check its hash and take the program out of it."""
    environ = clean_environ()
    index = environ.get("PIP_INDEX_URL") or environ.get("UV_DEFAULT_INDEX") or "https://pypi.org/simple"
    trust = ssl.create_default_context(cafile=environ.get("SSL_CERT_FILE"))
    page = f"{index.rstrip('/')}/uv/"
    try:
        listing = json.loads(fetch(page, trust, "application/vnd.pypi.simple.v1+json"))
        for entry in listing["files"]:
            if fits(entry["filename"]):
                wheel = fetch(urljoin(page, entry["url"]), trust)
                if hashlib.sha256(wheel).hexdigest() != entry["hashes"]["sha256"]:
                    say(f"{entry['filename']} is not what the index says it is")
                    return False
                return unpack(wheel, folder)
    except (OSError, ValueError, KeyError) as fault:
        say(f"{page}: {fault}")
    return False


def fits(filename: str) -> bool:
    """True for the wheel of this system: statically linked on Linux, so that any C library will do."""
    machine = platform.machine().lower().replace("amd64", "x86_64")
    if not filename.startswith(f"uv-{UV}-") or not filename.endswith(".whl"):
        return False
    if sys.platform == "darwin":
        return "macosx" in filename and machine in filename
    return "musllinux" in filename and machine in filename


def fetch(url: str, trust: ssl.SSLContext, accept: str = "*/*") -> bytes:
    """The body of a GET; OSError when it fails."""
    request = urllib.request.Request(url, headers={"Accept": accept, "User-Agent": "evenlode-bootstrap"})
    with urllib.request.urlopen(request, timeout=120, context=trust) as answer:
        body: bytes = answer.read()
    return body


def unpack(wheel: bytes, folder: Path) -> bool:
    """Take the uv program out of its wheel."""
    folder.mkdir(parents=True)
    archive = folder / "uv.whl"
    archive.write_bytes(wheel)
    with zipfile.ZipFile(archive) as opened:
        for name in opened.namelist():
            if name.endswith(".data/scripts/uv"):
                program = folder / "uv"
                program.write_bytes(opened.read(name))
                program.chmod(0o755)
    archive.unlink()
    return True


def run(command: list[str], environ: dict[str, str], *, loud: bool = True) -> bool:
    """Run a command in the project; True when it worked."""
    quiet = None if loud else subprocess.DEVNULL
    with suppress(OSError):
        return (
            subprocess.run(command, cwd=ROOT, env=environ, stdout=quiet, stderr=quiet, check=False).returncode
            == 0
        )
    return False


def say(message: str) -> None:
    """A line on the console."""
    print(f"evenlode: {message}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
