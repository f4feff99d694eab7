"""Signing in at the console in a real browser: with a code, a virtual authenticator's passkey, at a real provider."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import pyotp
import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from service.access import people, teams
from service.access.people import Rights
from service.clock import utc_now
from service.db.pool import prepare_connection
from service.policy.model import Policy
from tests.access.providing import at_issuer, issuer
from tests.browser.conftest import DESK, PATIENCE_MS, PHONE, Site, opened
from tests.browser.signing_in import PASSWORD, first_sign_in, give_password, somebody
from tests.conftest import Urls, coverage_environ
from tests.web import a_database, free_port, of_a_web_process, served_by_granian

expect.set_options(timeout=PATIENCE_MS)
__all__ = ["issuer"]


@pytest.fixture(scope="module")
async def desk(
    services: Urls, policy: Policy, issuer: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Site]:
    """The application at `localhost`: a browser makes passkeys for names, not for numbers."""
    folder, port = tmp_path_factory.mktemp("desk"), free_port()
    async with a_database(services) as url:
        environ = of_a_web_process(
            {
                **coverage_environ(),
                "DATABASE_URL": url,
                "REDIS_URL": services.redis,
                "EVENLODE_STATE": str(folder / "state"),
                "EVENLODE_PUBLIC_URL": f"http://localhost:{port}",
                **at_issuer(issuer),
            }
        )
        owner = await asyncpg.connect(url)
        try:
            await prepare_connection(owner)
            await teams.sync(owner, policy, by="a test")
            async with served_by_granian(environ, folder / "log", port=port):
                yield Site(f"http://localhost:{port}", owner, folder / "log")
        finally:
            await owner.close()


@pytest.fixture
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    made = await opened(browser, size=DESK)
    yield made
    await made.close()


async def authenticator(context: BrowserContext, page: Page) -> None:
    """Give the page a device that holds passkeys and asks its owner's finger."""
    session = await context.new_cdp_session(page)
    await session.send("WebAuthn.enable")
    await session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


async def test_somebody_signs_in_with_a_password_and_a_code(desk: Site, context: BrowserContext) -> None:
    once = await somebody(desk, "code@example.org", Rights({"coordination": "lead"}))
    page = await context.new_page()
    secret = await first_sign_in(page, desk, "code@example.org", once)
    cookies = {one["name"]: one for one in await context.cookies()}
    assert cookies["evenlode"]["httpOnly"]
    assert cookies["evenlode"]["sameSite"] == "Lax"
    assert await page.evaluate("document.cookie") == ""
    await page.get_by_role("button", name="Sign out").click()
    await expect(page).to_have_url(f"{desk.url}/desk/sign-in")
    await give_password(page, "code@example.org", PASSWORD)
    # The code of now was used for setting up; the next one is taken a little early.
    await page.get_by_label("Code from your app").fill(
        pyotp.TOTP(secret).at(utc_now() + timedelta(seconds=30))
    )
    await page.get_by_role("button", name="Continue").click()
    await page.goto(f"{desk.url}/desk/me")
    await expect(page.get_by_text("this one")).to_be_visible()


async def test_a_passkey_signs_somebody_in_by_itself_and_as_the_second_step(
    desk: Site, context: BrowserContext
) -> None:
    once = await somebody(desk, "passkey@example.org", Rights({"coordination": "coordinator"}))
    page = await context.new_page()
    await authenticator(context, page)
    await first_sign_in(page, desk, "passkey@example.org", once)
    await page.get_by_label("Name of the new passkey").fill("The laptop at the desk")
    await page.get_by_role("button", name="Add a passkey").click()
    await expect(page.get_by_role("cell", name="The laptop at the desk", exact=True)).to_be_visible()

    await page.get_by_role("button", name="Sign out").click()
    await page.goto(f"{desk.url}/desk/sign-in?next=/desk/me")
    await page.get_by_role("button", name="Sign in with a passkey").click()
    await expect(page).to_have_url(f"{desk.url}/desk/me")
    await expect(page.get_by_role("cell", name="passkey", exact=True)).to_be_visible()

    await page.get_by_role("button", name="Sign out").click()
    await page.goto(f"{desk.url}/desk/sign-in?next=/desk/me")
    await give_password(page, "passkey@example.org", PASSWORD)
    await page.get_by_role("button", name="Use a passkey").click()
    await expect(page).to_have_url(f"{desk.url}/desk/me")
    await expect(page.get_by_role("cell", name="password, passkey", exact=True)).to_be_visible()


async def test_somebody_invited_signs_in_at_the_provider(desk: Site, context: BrowserContext) -> None:
    lead = Rights({"coordination": "lead"})
    await people.add(desk.database, "ada@council.example", "Robin Field", lead, invited=True, by="a test")
    page = await context.new_page()
    await page.goto(f"{desk.url}/desk/shift")
    await page.get_by_text("Sign in with the council").click()
    await page.locator("input[name=sub]").fill("ada")
    await page.keyboard.press("Enter")
    # Back where they wanted to go.
    await expect(page).to_have_url(f"{desk.url}/desk/shift")
    await expect(page.get_by_role("link", name="Robin Field")).to_be_visible()


async def test_a_passkey_that_was_removed_opens_nothing(desk: Site, context: BrowserContext) -> None:
    once = await somebody(desk, "removed@example.org", Rights({"coordination": "coordinator"}))
    page = await context.new_page()
    await authenticator(context, page)
    await first_sign_in(page, desk, "removed@example.org", once)
    await page.get_by_label("Name of the new passkey").fill("Lost telephone")
    await page.get_by_role("button", name="Add a passkey").click()
    await page.get_by_role("button", name="Remove Lost telephone").click()
    await expect(page.get_by_role("cell", name="Lost telephone", exact=True)).to_have_count(0)
    await page.get_by_role("button", name="Sign out").click()
    await page.get_by_role("button", name="Sign in with a passkey").click()
    await expect(page.get_by_text("This passkey is not known here.")).to_be_visible()
    await page.goto(f"{desk.url}/desk/me")
    await expect(page).to_have_url(re.compile("/desk/sign-in"))


async def test_an_administrator_adds_somebody(desk: Site, context: BrowserContext) -> None:
    once = await somebody(desk, "administrator@example.org", Rights(office="administrator"))
    page = await context.new_page()
    await first_sign_in(page, desk, "administrator@example.org", once)
    await page.get_by_role("link", name="People").click()
    await page.get_by_label("Name", exact=True).fill("Alex Newcomer")
    await page.get_by_label("E-mail address").fill("alex@example.org")
    await page.get_by_label("Oxfordshire Nightsafe").select_option("lead")
    await page.get_by_role("button", name="Add", exact=True).click()
    await expect(page.get_by_text("One-time password for Alex Newcomer")).to_be_visible()
    await page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    wider = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wider <= 0
