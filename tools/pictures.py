"""Take the pictures of the README from the running product: the taxi form, the spiking clocks, the queue and a report.

    make pictures

Starts a copy of the product with a state folder of its own, sends the made-up evening, signs in as a coordinator
and walks the pages. What is shown is what anybody sees who does the same.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import httpx
import pyotp
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from service.embedded.ports import free_port
from tests.browser.conftest import ARGS, DESK, PHONE, chromium

PROJECT = Path(__file__).resolve().parent.parent
FOLDER = PROJECT / "docs" / "pictures"
SIGNED_IN_AS = "desk@example.org"
PASSWORD = "a-password-for-pictures-only"  # noqa: S105 - of an account that ends with its state folder
COLOURS = 128
"""Pages have few; a picture with a palette is a third of the size."""


def main() -> None:
    """Start, fill, and take every picture."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="evenlode-pictures-") as state, product(Path(state)) as environ:
        url = environ["EVENLODE_PUBLIC_URL"]
        say("sending the made-up evening")
        evenlode(environ, "demo", "--yes", "--reports", "60")
        made = evenlode(environ, "user", "add", SIGNED_IN_AS, "Coordination desk", *TEAMS)
        once = re.search(r"One-time password:\s+(\S+)", made)
        if once is None:
            sys.exit(f"No account could be made for the pictures:\n{made}")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=ARGS)
            taxi_form(browser, url)
            spiking_clocks(browser, url)
            desk(browser, url, once[1])
            browser.close()


TEAMS = ("--team", "coordination:lead", "--team", "tvp", "--team", "nightsafe")


def taxi_form(browser: Browser, url: str) -> None:
    """The taxi driver's one page, on a phone."""
    page = opened(browser, PHONE).new_page()
    page.goto(f"{url}/taxi")
    take(page, "taxi", height=1180)


def spiking_clocks(browser: Browser, url: str) -> None:
    """What runs out after a spiking, told to the venue once it has sent."""
    page = opened(browser, PHONE).new_page()
    page.goto(f"{url}/venue")
    page.get_by_role("link", name="Somebody may have been spiked").click()
    for question, answer in SPIKED.items():
        page.get_by_role("group", name=question).get_by_label(answer, exact=True).click()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Send").click()
    page.locator("[data-clock]").first.wait_for()
    page.locator("[data-clock]").first.evaluate("one => one.scrollIntoView()")
    take(page, "spiking", height=1180)


SPIKED = {
    "Is somebody still in danger?": "No",
    "What do you think it was?": "Something in a drink, a vape or food",
    "What do you see?": "Confused",
    "When did it begin?": "Within the last hour",
    "Who is with them?": "Friends",
    "Was an ambulance called?": "No",
    "Did you keep the drink?": "Yes",
    "Did it happen to somebody else here tonight?": "No",
}


def desk(browser: Browser, url: str, once: str) -> None:
    """The queue and a report, on a desktop and on a phone."""
    context = opened(browser, DESK)
    page = context.new_page()
    sign_in(page, url, once)
    page.goto(f"{url}/desk")
    take(page, "queue", height=900)
    rows = page.locator("main a[href^='/desk/reports/']").evaluate_all("all => all.map(one => one.href)")
    for address in rows:
        page.goto(address)
        # One whose grade the reporter's own words raised.
        if page.locator("main mark").count() > 2:
            break
    take(page, "report", height=1500)
    small = opened(browser, PHONE, context)
    page = small.new_page()
    page.goto(f"{url}/desk")
    take(page, "queue-phone", height=1180)


def sign_in(page: Page, url: str, once: str) -> None:
    """From the one-time password to the console."""
    page.goto(f"{url}/desk/sign-in")
    page.get_by_label("E-mail address").fill(SIGNED_IN_AS)
    page.get_by_label("Password", exact=True).fill(once)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    secret = (page.locator(".ec-secret").text_content() or "").replace(" ", "")
    page.get_by_label("Code from your app").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="I have kept them").click()
    page.wait_for_load_state()


def opened(browser: Browser, size: Mapping[str, int], like: BrowserContext | None = None) -> BrowserContext:
    """A context of a size; `like` lends its session."""
    return browser.new_context(
        viewport={"width": size["width"], "height": size["height"]},
        device_scale_factor=1.5,
        locale="en-GB",
        timezone_id="Europe/London",
        storage_state=like.storage_state() if like else None,
    )


def take(page: Page, name: str, *, height: int) -> None:
    """Keep a picture of the top of a page, `height` pixels of it."""
    size = page.viewport_size
    if size is None:
        raise RuntimeError("a page without a size")
    page.set_viewport_size({"width": size["width"], "height": height})
    drawn = Image.open(BytesIO(page.screenshot())).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    drawn.save(FOLDER / f"{name}.png", optimize=True)
    say(f"docs/pictures/{name}.png")


@contextmanager
def product(state: Path) -> Iterator[dict[str, str]]:
    """A copy of the product, from start to stop; yields its environment."""
    port = free_port()
    environ = {
        **os.environ,
        "EVENLODE_STATE": str(state),
        "EVENLODE_DEMO": "1",
        "PORT": str(port),
        "MAIL_PORT": str(free_port()),
        "EVENLODE_PUBLIC_URL": f"http://127.0.0.1:{port}",
    }
    with (state / "console.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "service.cli", "up"],
            cwd=PROJECT,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            say("starting the product")
            until(lambda: ready(environ["EVENLODE_PUBLIC_URL"]), process)
            yield environ
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)


def ready(url: str) -> bool:
    """Whether reports are taken."""
    try:
        return bool(httpx.get(f"{url}/health/ready", timeout=5).json()["status"] == "ok")
    except (httpx.HTTPError, ValueError, KeyError):
        return False


def until(done: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    """Wait, as long as the product starts."""
    deadline = time.monotonic() + 120
    while not done():
        if process.poll() is not None or time.monotonic() > deadline:
            sys.exit("The product did not start. Try `make run` to see why.")
        time.sleep(0.2)


def evenlode(environ: Mapping[str, str], *arguments: str) -> str:
    """What a command prints. Stops with it when the command fails."""
    done = subprocess.run(
        [sys.executable, "-m", "service.cli", *arguments],
        check=False,
        cwd=PROJECT,
        env=dict(environ),
        capture_output=True,
        text=True,
    )
    if done.returncode:
        sys.exit(f"evenlode {' '.join(arguments)}: {done.stdout}{done.stderr}")
    return done.stdout


def say(what: str) -> None:
    """Tell how far it is."""
    print(f"evenlode: {what}")


if __name__ == "__main__":
    main()
