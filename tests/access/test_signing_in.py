"""Signing in with a password and a code: what gets somebody in, and what does not."""

import re
from datetime import timedelta

import httpx

from tests.access.visiting import ADMINISTRATOR, PASSWORD, STEP, Console


async def test_the_first_sign_in_asks_for_a_password_of_ones_own_and_a_second_step(console: Console) -> None:
    person = await console.somebody()
    visitor = console.visitor()
    await visitor.first_sign_in(person)
    assert await visitor.is_in()
    assert len(person.recovery) == 10
    assert len(await console.recorded("session.started", person)) == 1


async def test_password_and_code_get_somebody_in_and_neither_alone(console: Console) -> None:
    person = (await console.signed_in()).person
    visitor = console.visitor()
    shown = await visitor.give_password(person)
    assert "Second step" in shown.text
    assert not await visitor.is_in()
    assert (await visitor.get("/desk/me")).url.path.startswith("/desk/sign-in")
    await visitor.give_code()
    assert await visitor.is_in()


async def test_each_step_leads_back_to_the_one_that_is_due(console: Console) -> None:
    person = await console.somebody()
    visitor = console.visitor()
    await visitor.give_password(person)
    for later in ("/desk/sign-in/enrol", "/desk/sign-in/factor"):
        assert (await visitor.get(later)).url.path == "/desk/sign-in/password"
    shown = await visitor.get("/desk/sign-in/password")
    token = re.search(r'name="_token" value="(\w+)"', shown.text)
    assert token is not None
    answer = await visitor.post("/desk/sign-in/enrol", {"_token": token[1], "code": "123456"})
    assert answer.status_code == 409
    assert not await visitor.is_in()


async def test_a_code_works_once(console: Console) -> None:
    person = (await console.signed_in()).person
    first, second = console.visitor(), console.visitor()
    await first.give_password(person)
    code = first.code_of_now()
    await first.give_code(code)
    assert await first.is_in()
    await second.give_password(person)
    answer = await second.give_code(code)
    assert answer.status_code == 422
    assert not await second.is_in()
    console.clock.turn(STEP)
    await second.give_code()
    assert await second.is_in()


async def test_an_old_code_is_no_good(console: Console) -> None:
    person = (await console.signed_in()).person
    visitor = console.visitor()
    await visitor.give_password(person)
    code = visitor.code_of_now()
    console.clock.turn(timedelta(minutes=2))
    assert (await visitor.give_code(code)).status_code == 422
    assert not await visitor.is_in()


async def test_a_recovery_code_stands_in_for_the_phone_once(console: Console) -> None:
    person = (await console.signed_in()).person
    for expected in (True, False):
        visitor = console.visitor()
        await visitor.give_password(person)
        await visitor.give_code(person.recovery[0].lower())
        assert await visitor.is_in() is expected
    assert len(await console.recorded("account.recovery_code_used", person)) == 1


async def test_a_wrong_password_and_an_unknown_address_are_answered_alike(console: Console) -> None:
    person = (await console.signed_in()).person
    known = await console.visitor().give_password(person, "not this one at all")
    person.email = "nobody@example.org"
    unknown = await console.visitor().give_password(person, "not this one at all")
    assert known.status_code == unknown.status_code == 422
    assert said(known) == said(unknown)


async def test_failures_are_on_the_record_without_what_was_typed(console: Console) -> None:
    person = await console.somebody()
    await console.visitor().give_password(person, "hunter2-and-more")
    assert len(await console.recorded("sign_in.refused", person)) == 1
    person.email = "nobody-at-all@example.org"
    await console.visitor().give_password(person, "hunter2-and-more")
    last = await console.database.fetchrow("SELECT * FROM audit_event ORDER BY seq DESC LIMIT 1")
    assert (last["action"], last["actor"], last["subject"]) == ("sign_in.refused", "unknown", "unknown")
    everything = str(await console.database.fetch("SELECT * FROM audit_event"))
    assert "hunter2" not in everything
    assert "nobody-at-all" not in everything


async def test_a_one_time_password_is_good_for_a_week_and_may_not_be_kept(console: Console) -> None:
    person = await console.somebody()
    visitor = console.visitor()
    await visitor.give_password(person)
    shown = await visitor.send("/desk/sign-in/password", "/desk/sign-in/password", password=person.password)
    assert "not the one you were given" in shown.text
    await console.database.execute(
        "UPDATE account SET password_until = now() - interval '1 second' WHERE id = $1", person.account
    )
    assert (await console.visitor().give_password(person)).status_code == 422


async def test_passwords_that_are_easy_to_guess_are_refused_and_say_why(console: Console) -> None:
    person = await console.somebody(email="wilhelmina@example.org")
    visitor = console.visitor()
    await visitor.give_password(person)
    for weak in (
        "short",
        "password1234",
        "qwertyuiop[]",
        "wilhelmina2024",
        "aaaaaaaaaaaaaaa",
        "Evenlode2026!",
    ):
        shown = await visitor.send("/desk/sign-in/password", "/desk/sign-in/password", password=weak)
        assert shown.status_code == 422, weak
        assert "govuk-error-summary" in shown.text
    kept = await console.database.fetchval("SELECT password FROM account WHERE id = $1", person.account)
    assert kept.startswith("$argon2id$")
    assert person.password not in kept


async def test_the_session_goes_where_somebody_wanted_to_and_never_elsewhere(console: Console) -> None:
    person = (await console.signed_in()).person
    for asked, ends in (
        ("/desk/me", "/desk/me"),
        ("//evil.example/desk", "/desk"),
        ("https://evil.example", "/desk"),
    ):
        visitor = console.visitor()
        visitor.person = person
        shown = await visitor.http.get("/desk/sign-in", params={"next": asked})
        action = re.search(r'<form method="post" action="([^"]+)"', shown.text)
        token = re.search(r'name="_token" value="(\w+)"', shown.text)
        assert action is not None
        assert token is not None
        step = await visitor.post(
            action[1], {"_token": token[1], "email": person.email, "password": PASSWORD}
        )
        action = re.search(r'<form method="post" action="([^"]+)"', step.text)
        token = re.search(r'name="_token" value="(\w+)"', step.text)
        assert action is not None
        assert token is not None
        answer = await visitor.http.post(action[1], data={"_token": token[1], "code": visitor.code_of_now()})
        console.clock.turn(STEP)
        assert answer.status_code == 303
        assert answer.headers["location"] == ends


async def test_an_administrator_is_let_in_and_nobody_else_at_the_people(console: Console) -> None:
    lead, administrator = await console.signed_in(), await console.signed_in(ADMINISTRATOR)
    for visitor, start in ((lead, "/desk"), (administrator, "/desk/people")):
        assert (await visitor.http.get("/desk/sign-in")).headers["location"] == start
    assert (await lead.get("/desk/people")).status_code == 403
    assert (await administrator.get("/desk/people")).status_code == 200


async def test_a_script_without_a_session_is_answered_with_a_problem(console: Console) -> None:
    answer = await console.http.get("/desk/me", headers={"Accept": "application/json"})
    assert answer.status_code == 401
    assert answer.json()["type"] == "/problems/not-signed-in"


def said(answer: httpx.Response) -> str:
    """What the page says is wrong."""
    found = re.search(r'govuk-error-summary__body">([^<]+)<', answer.text)
    assert found is not None, answer.text
    return found[1]
