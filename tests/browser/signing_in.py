"""Signing in at the console in a real browser, for the first time and again."""

from typing import Final

import pyotp
from playwright.async_api import Page, expect

from service.access import people
from service.access.people import Rights
from tests.browser.conftest import Site

PASSWORD: Final = "wombat saddle orbit 91"


async def somebody(desk: Site, email: str, rights: Rights) -> str:
    """The one-time password of a new account."""
    _, once = await people.add(desk.database, email, "Robin Field", rights, invited=False, by="a test")
    assert once is not None
    return once


async def first_sign_in(page: Page, desk: Site, email: str, once: str) -> str:
    """From the one-time password to the console; returns the secret of the authenticator app."""
    await page.goto(f"{desk.url}/desk/sign-in?next=/desk/me")
    await give_password(page, email, once)
    await page.get_by_label("New password").fill(PASSWORD)
    await page.get_by_role("button", name="Continue").click()
    await expect(page.get_by_alt_text("QR code for your authenticator app")).to_be_visible()
    secret = (await page.locator(".ec-secret").text_content() or "").replace(" ", "")
    await page.get_by_label("Code from your app").fill(pyotp.TOTP(secret).now())
    await page.get_by_role("button", name="Continue").click()
    await expect(page.get_by_role("heading", name="Keep these recovery codes")).to_be_visible()
    await page.get_by_role("button", name="I have kept them").click()
    await expect(page.get_by_role("heading", name="Robin Field")).to_be_visible()
    return secret


async def give_password(page: Page, email: str, password: str) -> None:
    await page.get_by_label("E-mail address").fill(email)
    await page.get_by_label("Password", exact=True).fill(password)
    await page.get_by_role("button", name="Sign in", exact=True).click()
