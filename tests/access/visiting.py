"""Somebody at the console, with a browser's cookies and without its script."""

import re
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import asyncpg
import httpx
import msgspec
import pyotp

from service.access import people
from service.access.people import Rights
from service.clock import utc_now

PASSWORD: Final = "wombat saddle orbit 91"
LEAD: Final = Rights({"coordination": "lead"})
COORDINATOR: Final = Rights({"asb_team": "coordinator"})
ADMINISTRATOR: Final = Rights(office="administrator")
AUDITOR: Final = Rights(office="auditor")
HTML: Final = {"Accept": "text/html,application/xhtml+xml"}
STEP: Final = timedelta(seconds=30)


class Person(msgspec.Struct):
    """Somebody with an account, and what they know or have."""

    account: UUID
    email: str
    password: str
    secret: str | None = None
    recovery: list[str] = []


class TurnedClock:
    """The time, plus what a test has turned it on by."""

    def __init__(self) -> None:
        self._on = timedelta()

    def __call__(self) -> datetime:
        return utc_now() + self._on

    def turn(self, by: timedelta) -> None:
        """Turn it on."""
        self._on += by


class Console:
    """The running console, and a connection to its database as the owner."""

    def __init__(
        self, *, http: httpx.AsyncClient, database: asyncpg.Connection, clock: TurnedClock, url: str
    ) -> None:
        self.http = http
        self.database = database
        self.clock = clock
        self.url = url
        self._people = 0

    async def somebody(self, rights: Rights = LEAD, *, email: str | None = None) -> Person:
        """A new account that has never signed in."""
        self._people += 1
        email = email or f"person{self._people}@example.org"
        account, once = await people.add(
            self.database, email, f"Person {self._people}", rights, invited=False, by="a test"
        )
        assert once is not None
        return Person(account, email, once)

    async def invited(self, email: str, rights: Rights = LEAD) -> UUID:
        """A new account for somebody of an identity provider."""
        account, _ = await people.add(
            self.database, email, "Somebody invited", rights, invited=True, by="a test"
        )
        return account

    def visitor(self, **headers: str) -> "Visitor":
        """A browser with no cookies."""
        return Visitor(self, headers)

    async def signed_in(self, rights: Rights = LEAD) -> "Visitor":
        """A browser in which somebody new has just signed in for the first time."""
        visitor = self.visitor()
        await visitor.first_sign_in(await self.somebody(rights))
        return visitor

    async def recorded(self, action: str, of: Person) -> list[asyncpg.Record]:
        """Entries of the audit of one kind that somebody made or that are about them, in order."""
        return await self.database.fetch(
            "SELECT * FROM audit_event WHERE action = $1 AND (actor = $2 OR subject = $3) ORDER BY seq",
            action,
            f"account:{of.account}",
            str(of.account),
        )

    async def session_of(self, person: Person) -> UUID:
        """The newest session of somebody."""
        session: UUID = await self.database.fetchval(
            "SELECT id FROM session WHERE account_id = $1 ORDER BY id DESC LIMIT 1", person.account
        )
        return session


class Visitor:
    """A browser, as far as it is cookies, forms and redirects."""

    def __init__(self, console: Console, headers: dict[str, str]) -> None:
        self.console = console
        transport = console.http._transport
        self.http = httpx.AsyncClient(
            transport=transport, base_url=console.http.base_url, headers={**HTML, **headers}, timeout=30
        )
        self._person: Person | None = None

    @property
    def person(self) -> Person:
        """Who sits there."""
        assert self._person is not None
        return self._person

    @person.setter
    def person(self, person: Person) -> None:
        self._person = person

    @property
    def session(self) -> str | None:
        """The session's token in the cookie."""
        return self.http.cookies.get("evenlode")

    async def get(self, path: str) -> httpx.Response:
        """Go to an address, and where it leads."""
        return await self.http.get(path, follow_redirects=True)

    async def send(self, page: str, action: str, **fields: str) -> httpx.Response:
        """Send a form of a page, with the page's token, and go where that leads."""
        shown = await self.get(page)
        return await self.post(action, {"_token": token_of(shown), **fields})

    async def post(self, action: str, fields: dict[str, str], **headers: str) -> httpx.Response:
        """Send fields as a form does."""
        return await self.http.post(action, data=fields, headers=headers, follow_redirects=True)

    async def give_password(self, person: Person, password: str | None = None) -> httpx.Response:
        """The first step."""
        self.person = person
        return await self.send(
            "/desk/sign-in", "/desk/sign-in", email=person.email, password=password or person.password
        )

    async def give_code(self, code: str | None = None) -> httpx.Response:
        """The second step, with the code of now unless another is given."""
        return await self.send(
            "/desk/sign-in/factor", "/desk/sign-in/factor", code=code or self.code_of_now()
        )

    def code_of_now(self) -> str:
        """What the app shows."""
        assert self.person.secret is not None
        return pyotp.TOTP(self.person.secret).at(self.console.clock())

    async def first_sign_in(self, person: Person) -> None:
        """Everything from the one-time password to the recovery codes."""
        shown = await self.give_password(person)
        assert "Choose a password" in shown.text, shown.text
        shown = await self.send("/desk/sign-in/password", "/desk/sign-in/password", password=PASSWORD)
        assert "Set up your second step" in shown.text, shown.text
        person.password = PASSWORD
        person.secret = secret_of(shown)
        shown = await self.send("/desk/sign-in/enrol", "/desk/sign-in/enrol", code=self.code_of_now())
        assert "Keep these recovery codes" in shown.text, shown.text
        person.recovery = re.findall(r"<li><code>([^<]+)</code>", shown.text)
        # The code was used just now; the next one comes in half a minute.
        self.console.clock.turn(STEP)

    async def sign_in(self, person: Person) -> httpx.Response:
        """Password and code, of somebody who is set up; the answer to the code."""
        await self.give_password(person)
        answer = await self.give_code()
        self.console.clock.turn(STEP)
        return answer

    async def is_in(self) -> bool:
        """Whether this browser is signed in."""
        return (await self.http.get("/desk/me")).status_code == httpx.codes.OK


def token_of(page: httpx.Response) -> str:
    """The token that a page's forms send back."""
    found = re.search(r'name="_token" value="([0-9a-f]+)"', page.text)
    assert found is not None, page.text
    return found[1]


def secret_of(page: httpx.Response) -> str:
    """The key that is shown beside the QR code."""
    found = re.search(r'<code class="ec-secret">([^<]+)</code>', page.text)
    assert found is not None, page.text
    return found[1].replace(" ", "")
