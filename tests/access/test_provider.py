"""Signing in at an identity provider: a real one, in a process of its own."""

import base64
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import asyncpg
import httpx
import msgspec
import pytest

from service.access import teams
from service.access.tokens import token_hash
from service.db.pool import prepare_connection
from service.errors import SettingsError
from service.policy.model import Policy
from service.settings import load_settings
from tests.access.providing import at_issuer, issuer
from tests.access.visiting import LEAD, Console, TurnedClock, Visitor
from tests.conftest import Urls
from tests.web import a_database, of_a_web_process, serving

__all__ = ["issuer"]


@pytest.fixture(scope="module")
async def console(
    services: Urls, policy: Policy, issuer: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Console]:
    """A console where people of the provider may sign in."""
    async with a_database(services) as url:
        settings = load_settings(
            of_a_web_process(
                {
                    "DATABASE_URL": url,
                    "REDIS_URL": services.redis,
                    "EVENLODE_STATE": str(tmp_path_factory.mktemp("console")),
                    **at_issuer(issuer),
                }
            )
        )
        owner = await asyncpg.connect(url)
        try:
            await prepare_connection(owner)
            await teams.sync(owner, policy, by="a test")
            clock = TurnedClock()
            async with serving(settings, clock=clock) as http:
                yield Console(http=http, database=owner, clock=clock, url=url)
        finally:
            await owner.close()


class Answer(msgspec.Struct):
    """What the provider sends the browser back with."""

    path: str
    state: str
    code: str


async def at_the_provider(visitor: Visitor, subject: str) -> Answer:
    """Go to the provider and say there who one is."""
    sent = await visitor.http.get("/desk/sign-in/provider")
    assert sent.status_code == 303, sent.text
    asked = parse_qs(urlsplit(sent.headers["location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert {"state", "nonce", "code_challenge"} <= asked.keys()
    async with httpx.AsyncClient() as browser:
        back = await browser.post(sent.headers["location"], data={"sub": subject})
    assert back.status_code == 302, back.text
    address = urlsplit(back.headers["location"])
    given = parse_qs(address.query)
    return Answer(address.path, given["state"][0], given["code"][0])


async def come_back(visitor: Visitor, answer: Answer) -> httpx.Response:
    return await visitor.http.get(
        answer.path, params={"state": answer.state, "code": answer.code}, follow_redirects=True
    )


async def test_the_page_offers_it(console: Console) -> None:
    assert "Sign in with the council" in (await console.http.get("/desk/sign-in")).text


async def test_somebody_invited_is_linked_once_and_known_by_the_subject_from_then_on(
    console: Console,
) -> None:
    account = await console.invited("ada@council.example", LEAD)
    for _ in range(2):
        visitor = console.visitor()
        await come_back(visitor, await at_the_provider(visitor, "ada"))
        assert await visitor.is_in()
        # The address counts for the invitation alone.
        await console.database.execute(
            "UPDATE account SET email = 'ada@elsewhere.example' WHERE id = $1", account
        )
    linked = await console.database.fetch("SELECT subject FROM identity WHERE account_id = $1", account)
    assert [row["subject"] for row in linked] == ["ada"]
    methods = await console.database.fetch("SELECT method FROM session WHERE account_id = $1", account)
    assert {row["method"] for row in methods} == {"oidc"}


async def test_somebody_not_invited_has_no_account_and_gets_none(console: Console) -> None:
    visitor = console.visitor()
    shown = await come_back(visitor, await at_the_provider(visitor, "stranger@council.example"))
    assert shown.status_code == 422
    assert "Ask an administrator to invite you" in shown.text
    assert not await visitor.is_in()


async def test_an_address_the_provider_has_not_verified_takes_up_no_invitation(console: Console) -> None:
    await console.invited("victim@council.example")
    visitor = console.visitor()
    await come_back(visitor, await at_the_provider(visitor, "eve"))
    assert not await visitor.is_in()
    assert await console.database.fetchval("SELECT count(*) FROM identity WHERE subject = 'eve'") == 0


async def test_without_a_second_factor_there_one_is_asked_for_here(console: Console) -> None:
    await console.invited("bob@council.example")
    visitor = console.visitor()
    shown = await come_back(visitor, await at_the_provider(visitor, "bob"))
    assert "Set up your second step" in shown.text
    assert not await visitor.is_in()


async def test_an_invitation_that_ran_out_and_a_disabled_account_let_nobody_in(console: Console) -> None:
    late = await console.invited("late@council.example")
    await console.database.execute("UPDATE account SET invited_until = now() WHERE id = $1", late)
    await console.database.execute(
        "INSERT INTO identity (issuer, subject, account_id) SELECT issuer, 'gone', $1 FROM"
        " (SELECT coalesce((SELECT issuer FROM identity LIMIT 1), 'x') AS issuer) AS one",
        late,
    )
    await console.database.execute("UPDATE account SET disabled_at = now() WHERE id = $1", late)
    visitor = console.visitor()
    await come_back(visitor, await at_the_provider(visitor, "gone"))
    assert not await visitor.is_in()


async def test_an_answer_that_another_browser_asked_for_is_refused(console: Console) -> None:
    attacker, victim = console.visitor(), console.visitor()
    answer = await at_the_provider(attacker, "ada")
    assert (await come_back(victim, answer)).status_code == 409
    await at_the_provider(victim, "ada")
    assert (await come_back(victim, answer)).status_code == 422
    assert not await victim.is_in()


async def test_an_answer_is_taken_once(console: Console) -> None:
    visitor = console.visitor()
    answer = await at_the_provider(visitor, "stranger@council.example")
    await come_back(visitor, answer)
    assert (await come_back(visitor, answer)).status_code == 409


async def known(console: Console, issuer: str, subject: str) -> None:
    """Make somebody of the provider somebody who is linked already."""
    account = await console.invited(f"{subject}@elsewhere.example")
    await console.database.execute(
        "INSERT INTO identity (issuer, subject, account_id) VALUES ($1, $2, $3)", issuer, subject, account
    )


async def test_an_answer_with_another_state_is_refused(console: Console, issuer: str) -> None:
    await known(console, issuer, "carol")
    visitor = console.visitor()
    answer = await at_the_provider(visitor, "carol")
    shown = await come_back(visitor, Answer(answer.path, "a state of somebody else's", answer.code))
    assert shown.status_code == 422
    shown = await come_back(visitor, await at_the_provider(visitor, "carol"))
    assert "Set up your second step" in shown.text


async def test_a_token_made_for_another_sign_in_is_refused(console: Console, issuer: str) -> None:
    await known(console, issuer, "dora")
    visitor = console.visitor()
    answer = await at_the_provider(visitor, "dora")
    # As if the browser had been sent with another nonce than the one that is kept.
    kept = await console.database.fetchrow(
        "SELECT token_hash, challenge FROM sign_in WHERE token_hash = $1",
        token_hash(visitor.http.cookies["evenlode-sign-in"]),
    )
    outer = msgspec.json.decode(kept["challenge"], type=dict)
    flow = msgspec.json.decode(base64.b64decode(outer["flow"]), type=dict)
    flow["nonce"] = "of another sign-in"
    outer["flow"] = base64.b64encode(msgspec.json.encode(flow)).decode()
    await console.database.execute(
        "UPDATE sign_in SET challenge = $2 WHERE token_hash = $1",
        kept["token_hash"],
        msgspec.json.encode(outer),
    )
    shown = await come_back(visitor, answer)
    assert shown.status_code == 422
    assert "Set up your second step" not in shown.text


async def test_a_provider_that_is_away_leaves_the_password(
    services: Urls, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with a_database(services) as url:
        settings = load_settings(
            of_a_web_process(
                {
                    "DATABASE_URL": url,
                    "REDIS_URL": services.redis,
                    "EVENLODE_STATE": str(tmp_path_factory.mktemp("away")),
                    "EVENLODE_OIDC_ISSUER": "http://localhost:1",
                    "EVENLODE_OIDC_CLIENT_ID": "evenlode",
                    "EVENLODE_OIDC_CLIENT_SECRET": "a-secret",
                }
            )
        )
        async with serving(settings) as http:
            shown = await http.get("/desk/sign-in/provider", headers={"Accept": "text/html"})
            assert shown.status_code == 503
            assert "does not answer just now" in shown.text
            assert 'name="password"' in shown.text


@pytest.mark.parametrize(
    "environ",
    [
        {"EVENLODE_OIDC_ISSUER": "https://id.example"},
        {
            "EVENLODE_OIDC_ISSUER": "http://id.example",
            "EVENLODE_OIDC_CLIENT_ID": "x",
            "EVENLODE_OIDC_CLIENT_SECRET": "y",
        },
    ],
)
def test_half_a_provider_or_one_without_https_stops_the_start(environ: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="EVENLODE_OIDC_ISSUER"):
        load_settings(environ)
