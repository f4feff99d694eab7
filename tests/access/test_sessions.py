"""Sessions: always new, seen and ended by their owner, and over when they should be."""

from typing import Any

import asyncpg
import pytest

from service.access import people
from service.access.acting import acting
from service.access.errors import NotSignedIn
from service.access.presented import actor_of_token
from service.access.tokens import token_hash
from service.db.pool import open_pool
from tests.access.visiting import ADMINISTRATOR, COORDINATOR, HTML, LEAD, PASSWORD, Console, token_of


async def test_a_token_known_beforehand_opens_nothing_after_the_sign_in(console: Console) -> None:
    person = (await console.signed_in()).person
    visitor = console.visitor()
    planted = "chosen-by-somebody-else"
    visitor.http.cookies.set("evenlode", planted, domain="evenlode.test")
    visitor.http.cookies.set("evenlode-sign-in", planted, domain="evenlode.test")
    await visitor.sign_in(person)
    assert await visitor.is_in()
    attacker = console.visitor()
    for name in ("evenlode", "evenlode-sign-in"):
        attacker.http.cookies.set(name, planted, domain="evenlode.test")
    assert not await attacker.is_in()
    assert (await attacker.get("/desk/sign-in/factor")).url.path == "/desk/sign-in"
    hashes = {row["token_hash"] for row in await console.database.fetch("SELECT token_hash FROM session")}
    assert token_hash(planted) not in hashes


async def test_only_a_hash_of_the_token_is_kept(console: Console) -> None:
    visitor = await console.signed_in()
    assert visitor.session is not None
    kept = await console.database.fetchrow(
        "SELECT * FROM session WHERE account_id = $1", visitor.person.account
    )
    assert kept["token_hash"] == token_hash(visitor.session)
    assert visitor.session not in str(await console.database.fetch("SELECT * FROM audit_event"))


async def test_signing_in_again_in_one_browser_ends_the_session_before(console: Console) -> None:
    visitor = await console.signed_in()
    before = visitor.session
    # With the cookie of the first, as after going back to a page of signing in.
    step = await visitor.http.get("/desk/sign-in")
    assert step.status_code == 303
    other = console.visitor()
    other.http.cookies.set("evenlode", before or "", domain="evenlode.test")
    held = await console.http.get("/desk/sign-in", headers=HTML)
    other.http.cookies.set("evenlode-sign-in", held.cookies["evenlode-sign-in"], domain="evenlode.test")
    answer = await other.post(
        "/desk/sign-in", {"_token": token_of(held), "email": visitor.person.email, "password": PASSWORD}
    )
    other.person = visitor.person
    await other.post("/desk/sign-in/factor", {"_token": token_of(answer), "code": other.code_of_now()})
    assert await other.is_in()
    assert not await visitor.is_in()


@pytest.mark.parametrize(
    "change",
    [
        "expires_at = now()",
        "seen_at = now() - interval '61 minutes'",
        "ended_at = now(), ended_why = 'a test'",
    ],
)
async def test_a_session_is_over_after_its_time_or_when_it_was_ended(console: Console, change: str) -> None:
    visitor = await console.signed_in()
    assert await visitor.is_in()
    await console.database.execute(
        f"UPDATE session SET {change} WHERE account_id = $1", visitor.person.account
    )
    assert not await visitor.is_in()


async def test_a_session_lasts_twelve_hours_and_is_kept_alive_by_use(console: Console) -> None:
    visitor = await console.signed_in()
    account = visitor.person.account
    lasts = await console.database.fetchval(
        "SELECT expires_at - started_at FROM session WHERE account_id = $1", account
    )
    assert lasts.total_seconds() == 12 * 3600
    await console.database.execute(
        "UPDATE session SET seen_at = now() - interval '50 minutes' WHERE account_id = $1", account
    )
    assert await visitor.is_in()
    unused = await console.database.fetchval(
        "SELECT now() - seen_at FROM session WHERE account_id = $1", account
    )
    assert unused.total_seconds() < 60


async def test_people_see_their_own_sessions_and_end_them(console: Console) -> None:
    here = await console.signed_in()
    there = console.visitor(**{"User-Agent": "Mozilla/5.0 (iPhone; CPU) AppleWebKit Safari/604.1"})
    await there.sign_in(here.person)
    shown = await here.get("/desk/me")
    assert "Safari on iPhone" in shown.text
    assert "this one" in shown.text
    other = await console.session_of(there.person)
    await here.post(f"/desk/me/sessions/{other}/end", {"_token": token_of(shown)})
    assert await here.is_in()
    assert not await there.is_in()
    assert (await console.recorded("session.ended", here.person))[-1]["subject"] == str(other)


async def test_nobody_ends_somebody_elses_session(console: Console) -> None:
    one, other = await console.signed_in(), await console.signed_in()
    theirs = await console.session_of(other.person)
    shown = await one.get("/desk/me")
    await one.post(f"/desk/me/sessions/{theirs}/end", {"_token": token_of(shown)})
    assert await other.is_in()


async def test_signing_out_ends_the_session_and_not_only_the_cookie(console: Console) -> None:
    visitor = await console.signed_in()
    token = visitor.session
    await visitor.send("/desk/me", "/desk/sign-out")
    assert visitor.session is None
    visitor.http.cookies.set("evenlode", token or "", domain="evenlode.test")
    assert not await visitor.is_in()


async def test_a_disabled_account_is_out_at_once_and_stays_out(console: Console) -> None:
    administrator, visitor = await console.signed_in(ADMINISTRATOR), await console.signed_in()
    page = f"/desk/people/{visitor.person.account}"
    await administrator.send(page, f"{page}/disable")
    assert not await visitor.is_in()
    await console.visitor().give_password(visitor.person)
    assert (await console.visitor().give_password(visitor.person)).status_code == 422
    await administrator.send(page, f"{page}/enable")
    again = console.visitor()
    await again.sign_in(visitor.person)
    assert await again.is_in()


async def test_other_rights_end_the_sessions_that_began_with_the_old_ones(console: Console) -> None:
    administrator, visitor = await console.signed_in(ADMINISTRATOR), await console.signed_in(COORDINATOR)
    page = f"/desk/people/{visitor.person.account}"
    await administrator.send(page, f"{page}/rights", **{"team.tvp": "lead", "team.asb_team": ""})
    assert not await visitor.is_in()
    teams = await console.database.fetch(
        "SELECT team, role FROM membership WHERE account_id = $1", visitor.person.account
    )
    assert [tuple(row) for row in teams] == [("tvp", "lead")]
    assert (await console.recorded("account.rights_changed", visitor.person))[-1]["actor"].startswith(
        "account:"
    )


async def test_another_password_ends_the_other_sessions_and_renews_this_one(console: Console) -> None:
    here = await console.signed_in()
    there = console.visitor()
    await there.sign_in(here.person)
    before = here.session
    wrong = await here.send(
        "/desk/me", "/desk/me/password", password="another", new_password="giraffe lamp 88 moss"
    )
    assert wrong.status_code == 422
    await here.send("/desk/me", "/desk/me/password", password=PASSWORD, new_password="giraffe lamp 88 moss")
    assert here.session != before
    assert await here.is_in()
    assert not await there.is_in()


async def test_a_reset_takes_away_everything_somebody_could_sign_in_with(console: Console) -> None:
    visitor = await console.signed_in()
    person = visitor.person
    once = await people.reset(console.database, person.account, by="a test")
    assert not await visitor.is_in()
    assert (await console.visitor().give_password(person)).status_code == 422
    person.password = once
    await console.visitor().first_sign_in(person)


async def test_what_acts_for_a_session_that_has_ended_is_refused(console: Console) -> None:
    visitor = await console.signed_in(LEAD)
    pool = await open_pool(console.url, role="evenlode_web", size=2)
    try:
        actor = await actor_of_token(pool, visitor.session or "")
        assert actor is not None
        assert actor.roles == {"lead", "coordinator"}
        async with acting(pool, actor) as connection:
            assert await connection.fetchval("SELECT current_user") == "evenlode_console"
            assert await connection.fetchval("SELECT actor_teams()") == ["coordination"]
        async with pool.acquire() as connection:
            assert await connection.fetchval("SELECT current_user") == "evenlode_web"
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.fetchval("SELECT actor_teams()")
        await console.database.execute(
            "UPDATE session SET ended_at = now(), ended_why = 'a test' WHERE id = $1", actor.session
        )
        with pytest.raises(NotSignedIn):
            async with acting(pool, actor):
                pass
    finally:
        await pool.close()


async def test_the_end_of_a_session_is_told_to_whoever_holds_something_open_for_it(console: Console) -> None:
    visitor = await console.signed_in()
    told: list[str] = []

    def heard(*given: Any) -> None:
        told.append(given[-1])

    await console.database.add_listener("evenlode_session", heard)
    session = await console.session_of(visitor.person)
    await visitor.send("/desk/me", "/desk/sign-out")
    await console.database.fetchval("SELECT 1")
    await console.database.remove_listener("evenlode_session", heard)
    assert told == [str(session)]
