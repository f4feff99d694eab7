"""Administrators keep the accounts; none keeps their own, and one is always left."""

import re

import httpx
import pytest

from service.access import people
from service.access.errors import AccountNeedsWork, LastAdministrator
from service.access.people import Rights
from tests.access.visiting import ADMINISTRATOR, COORDINATOR, Console, Person, Visitor


@pytest.fixture
async def administrator(console: Console) -> Visitor:
    return await console.signed_in(ADMINISTRATOR)


async def added(administrator: Visitor, **fields: str) -> httpx.Response:
    return await administrator.send("/desk/people", "/desk/people", **fields)


async def test_an_account_is_added_and_its_password_shown_once(
    console: Console, administrator: Visitor
) -> None:
    shown = await added(
        administrator, name="New Person", email="New.Person@Example.org", **{"team.nightsafe": "lead"}
    )
    found = re.search(r'<code class="ec-secret">([^<]+)</code>', shown.text)
    assert found is not None
    account = await people.id_of(console.database, "new.person@example.org")
    again = await administrator.get(f"/desk/people/{account}")
    assert found[1] not in again.text
    assert shown.headers["cache-control"] == "no-store"
    person = Person(account, "new.person@example.org", found[1])
    visitor = console.visitor()
    await visitor.first_sign_in(person)
    assert await visitor.is_in()
    entry = (await console.recorded("account.added", person))[0]
    assert entry["actor"] == f"account:{administrator.person.account}"
    assert found[1] not in str(entry)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": "A", "email": "no-address", "team.tvp": "lead"}, "Give a name and an e-mail address"),
        ({"name": "", "email": "a@example.org", "team.tvp": "lead"}, "Give a name and an e-mail address"),
        ({"name": "A", "email": "a@example.org"}, "at least one team"),
        (
            {"name": "A", "email": "a@example.org", "team.tvp": "lead", "office": "auditor"},
            "at least one team",
        ),
        ({"name": "A", "email": "a@example.org", "team.nowhere": "lead"}, "no such team"),
    ],
)
async def test_an_account_that_could_do_nothing_or_too_much_is_not_added(
    console: Console, administrator: Visitor, fields: dict[str, str], said: str
) -> None:
    shown = await added(administrator, **fields)
    assert shown.status_code == 422
    assert said in shown.text
    assert await console.database.fetchval("SELECT count(*) FROM account WHERE email = 'a@example.org'") == 0


async def test_an_address_has_one_account(console: Console, administrator: Visitor) -> None:
    person = await console.somebody()
    shown = await added(administrator, name="Twin", email=person.email.upper(), **{"team.tvp": "lead"})
    assert shown.status_code == 409


async def test_nobody_changes_their_own_rights(console: Console, administrator: Visitor) -> None:
    await console.somebody(ADMINISTRATOR)
    own = f"/desk/people/{administrator.person.account}"
    for verb, fields in (("rights", {"team.tvp": "lead"}), ("disable", {}), ("reset", {})):
        answer = await administrator.send("/desk/people", f"{own}/{verb}", **fields)
        assert answer.status_code == 409, verb
    assert await administrator.is_in()


async def test_the_last_administrator_stays(console: Console) -> None:
    await console.database.execute("UPDATE account SET disabled_at = now() WHERE office = 'administrator'")
    last = await console.somebody(ADMINISTRATOR)
    with pytest.raises(LastAdministrator):
        await people.disable(console.database, last.account, by="a test")
    with pytest.raises(LastAdministrator):
        await people.set_rights(console.database, last.account, COORDINATOR, by="a test")
    await console.somebody(ADMINISTRATOR)
    assert await people.disable(console.database, last.account, by="a test")
    assert not await people.disable(console.database, last.account, by="a test")


async def test_rights_are_a_team_or_an_office(console: Console) -> None:
    for rights in (Rights(), Rights({"tvp": "lead"}, "auditor")):
        with pytest.raises(AccountNeedsWork):
            await people.add(console.database, "x@example.org", "X", rights, invited=False, by="a test")


async def test_a_reset_at_the_desk_shows_a_new_password(console: Console, administrator: Visitor) -> None:
    visitor = await console.signed_in()
    page = f"/desk/people/{visitor.person.account}"
    shown = await administrator.send(page, f"{page}/reset")
    found = re.search(r'<code class="ec-secret">([^<]+)</code>', shown.text)
    assert found is not None
    assert not await visitor.is_in()
    visitor.person.password = found[1]
    again = console.visitor()
    await again.first_sign_in(visitor.person)
    assert await again.is_in()


async def test_an_account_that_is_not_there_is_said_to_be_so(administrator: Visitor) -> None:
    shown = await administrator.get("/desk/people/01a223ef-780c-782b-8826-49d651fd7792")
    assert shown.status_code == 404
