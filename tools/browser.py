"""See to it that there is a Chromium for the tests: the system's own, installed by its package manager where it can be.

    python3 tools/browser.py

Standard library only.
"""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
WAYS = {
    "apt-get": [
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"],
    ],
    "dnf": [["dnf", "install", "-y", "-q", "chromium"]],
    "apk": [["apk", "add", "--quiet", "chromium"]],
}


def main() -> None:
    """Find Chromium or install it; say what to do when neither goes. The tests that need it then say so too."""
    if any(shutil.which(name) for name in NAMES):
        return
    manager = next((name for name in WAYS if shutil.which(name)), None)
    if manager is None or os.geteuid() != 0:
        how = " && ".join(" ".join(step) for step in WAYS[manager or "apt-get"])
        sys.stderr.write(f"evenlode: the browser tests need Chromium. As root: {how}\n")
        return
    sys.stderr.write(f"evenlode: installing Chromium for the browser tests ({manager})\n")
    for step in WAYS[manager]:
        if subprocess.run(
            step,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            stdout=subprocess.DEVNULL,
            check=False,
        ).returncode:
            sys.stderr.write(f"evenlode: `{' '.join(step)}` failed\n")


if __name__ == "__main__":
    main()
