"""A reporter comes back with the receipt: how the report stands, what is asked, what is added."""

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

import asyncpg
import httpx
import msgspec
import pytest

from service.followup.standing import standing
from service.policy.model import Policy
from service.routing.outbox import books
from service.settings import Settings
from tests.followup.returning import UNKNOWN, ask, reported, say, status
from tests.web import pointers, problem, rows, serving

_CALM = {"concern": "fly_tipping", "happening": "older", "description": "An old sofa in the lay-by."}
_KNIFE = "He is outside the door right now with a knife and says he will stab her."


async def test_a_report_stands_as_received_until_a_notification_arrives(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    accepted = await reported(client, **_CALM)
    answer = await status(client, accepted["receipt"])
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    told = answer.json()
    assert (told["reference"], told["status"]["code"]) == (accepted["reference"], "received")
    assert told["status"]["bodies"] == []
    assert (told["messages"], told["files"], told["files_left"]) == ([], [], 5)
    await database.execute("UPDATE delivery SET state = 'delivered', settled_at = made_at")
    after = (await status(client, accepted["receipt"])).json()["status"]
    assert after["code"] == "delivered"
    assert "West Oxfordshire District Council Safer Communities (ASB) team" in after["bodies"]
    assert after["bodies"][0] in after["text"]


async def test_once_a_team_has_acknowledged_it_somebody_is_looking(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    accepted = await reported(client, **_CALM)
    await database.execute("UPDATE delivery SET state = 'delivered', settled_at = made_at")
    await database.execute("UPDATE queue_item SET state = 'acknowledged'")
    told = (await status(client, accepted["receipt"])).json()["status"]
    assert told["code"] == "being_looked_at"
    assert told["text"].endswith("It is being looked at.")


async def test_nothing_in_the_status_tells_the_grade_or_what_was_said(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    accepted = await reported(
        client, description=_KNIFE, danger_now="yes", happening="now", concern="weapons"
    )
    await database.execute("UPDATE delivery SET state = 'delivered', settled_at = made_at")
    told = (await status(client, accepted["receipt"])).text
    for secret in ("P1", "P2", "grade", "knife", "weapons", "due", "urgent"):
        assert secret not in told


def test_a_body_is_named_only_where_the_policy_says_that_its_name_gives_nothing_away(policy: Policy) -> None:
    arrived = {"tvp": True, "anti_slavery_coordinator": True, "child_safeguarding": True, "asb_team": False}
    told = standing(arrived, looked_at=False, outcome=None, recipients=policy.recipients)
    assert told.bodies == ["Thames Valley Police"]
    assert told.text == "Your report is with Thames Valley Police. It is waiting to be looked at."
    for code in ("anti_slavery_coordinator", "child_safeguarding", "adult_safeguarding", "prevent"):
        assert not policy.recipients[code].may_be_named
        assert standing({code: True}, looked_at=True, outcome=None, recipients=policy.recipients).bodies == []


def test_a_report_that_nobody_is_told_of_does_not_wait_on_its_way_for_ever(policy: Policy) -> None:
    assert standing({}, looked_at=False, outcome=None, recipients=policy.recipients).code == "delivered"


@pytest.mark.parametrize(
    "change", [str.lower, lambda one: one.replace("-", " "), lambda one: f"  {one.replace('-', '')} "]
)
async def test_a_receipt_is_taken_as_people_type_it(client: httpx.AsyncClient, change: object) -> None:
    accepted = await reported(client)
    assert callable(change)
    assert (await status(client, change(accepted["receipt"]))).status_code == 200


async def test_an_unknown_receipt_is_answered_like_any_other_that_is_none(client: httpx.AsyncClient) -> None:
    accepted = await reported(client)
    slip = "3" if accepted["receipt"][-1] == "2" else "2"
    answers = [
        await status(client, receipt)
        for receipt in (UNKNOWN, "", "x", "A" * 80, accepted["receipt"][:-1] + slip, accepted["reference"])
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert problem(answers[0])["type"] == "/problems/receipt-unknown"


async def test_a_question_is_shown_and_its_answer_hangs_on_it(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    accepted = await reported(client, **_CALM)
    question = await ask(database, accepted["reference"], "Was there a van?", datetime.now(UTC))
    told = (await status(client, accepted["receipt"])).json()
    assert told["status"]["code"] == "being_looked_at"
    assert [(one["author"], one["text"]) for one in told["messages"]] == [("coordinator", "Was there a van?")]
    answer = await say(client, accepted["receipt"], "Yes, a white one.", answers=question)
    assert answer.status_code == 201
    last = (await status(client, accepted["receipt"])).json()["messages"][-1]
    assert (last["author"], last["answers"]) == ("reporter", question)


async def test_a_question_of_another_report_cannot_be_answered(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    one, other = await reported(client), await reported(client)
    question = await ask(database, other["reference"], "Was there a van?", datetime.now(UTC))
    for wrong in (question, str(uuid4())):
        answer = await say(client, one["receipt"], "Yes.", answers=wrong)
        assert (answer.status_code, pointers(answer)) == (422, ["/answers"])
    assert (await rows(database))["message"] == 1


async def test_what_is_added_can_raise_a_report_and_everybody_is_told_anew(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    accepted = await reported(client, **_CALM)
    before = await rows(database)
    answer = await say(client, accepted["receipt"], _KNIFE)
    assert any(line["code"] == "ring_999" for line in answer.json()["advice"])
    decisions = await database.fetch("SELECT grade, cause, recipients FROM decision ORDER BY decided_at")
    assert decisions[0]["grade"] > 2
    assert (decisions[-1]["grade"], decisions[-1]["cause"]) == (1, "message")
    after = await rows(database)
    assert after["route"] - before["route"] == decisions[-1]["recipients"] > 0
    assert after["delivery"] > before["delivery"]
    assert (await books(database)).balanced
    raised = await database.fetchrow("SELECT * FROM audit_event WHERE action = 'report.raised'")
    assert raised["actor"] == "follow-up"


async def test_what_is_added_never_lowers_and_thanks_raise_nothing(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    accepted = await reported(
        client, concern="weapons", description=_KNIFE, danger_now="yes", happening="now"
    )
    for text in ("Thank you.", "It was nothing, a year ago, nobody was hurt and there was no knife.", "ok"):
        assert (await say(client, accepted["receipt"], text)).status_code == 201
    assert await database.fetch("SELECT grade FROM decision") == [(1,)]


async def test_advice_that_was_given_after_sending_is_not_given_again_for_thanks(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    accepted = await reported(client, **_CALM)
    assert accepted["advice"]
    assert (await say(client, accepted["receipt"], "Thank you.")).json()["advice"] == []
    assert (await say(client, accepted["receipt"], _KNIFE)).json()["advice"]
    assert (await say(client, accepted["receipt"], "Please hurry.")).json()["advice"]


async def test_an_earlier_message_counts_with_a_later_one_and_raises_once(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    accepted = await reported(client, **_CALM)
    for text in (_KNIFE, "He is still there.", _KNIFE):
        await say(client, accepted["receipt"], text)
    assert await database.fetchval("SELECT count(*) FROM decision WHERE cause = 'message'") == 1


async def test_what_a_person_has_decided_is_raised_only_by_what_is_said_anew(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    accepted = await reported(client, concern="other", description=_KNIFE)
    await database.execute(
        "INSERT INTO decision (id, report_id, decided_at, grade, due_at, policy, concerns, recipients, act_by, detail,"
        " cause) SELECT gen_random_uuid(), report_id, decided_at + interval '1 minute', 4, due_at, policy, concerns, 0,"
        " act_by, detail || $1::jsonb, 'person' FROM decision",
        msgspec.json.encode(
            {
                "grade": "P4",
                "recipients": [],
                "reasons": [{"rule": "person", "says": "a person gave this grade", "because": []}],
            }
        ).decode(),
    )
    newest = "SELECT grade, cause FROM decision ORDER BY decided_at DESC, id DESC LIMIT 1"
    await say(client, accepted["receipt"], "Thank you.")
    assert tuple(await database.fetchrow(newest)) == (4, "person")
    # What is raised for a message is no grade of a person, and what they judged still counts for nothing.
    await say(client, accepted["receipt"], "They drew swastikas on her door.")
    raised = tuple(await database.fetchrow(newest))
    assert raised in {(2, "message"), (3, "message")}
    await say(client, accepted["receipt"], "Thank you.")
    assert tuple(await database.fetchrow(newest)) == raised
    await say(client, accepted["receipt"], _KNIFE)
    assert tuple(await database.fetchrow(newest)) == (1, "message")
    reasons = await database.fetchval(
        f"SELECT detail -> 'reasons' -> 0 ->> 'rule' FROM ({newest.replace('grade, cause', 'detail')}) AS one"
    )
    assert reasons == "added"


async def test_a_repeat_with_its_key_is_the_same_message(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    accepted, key = await reported(client, **_CALM), str(uuid4())
    answers = await asyncio.gather(*(say(client, accepted["receipt"], _KNIFE, key) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert all(answer.json()["advice"] for answer in answers)
    kept = await rows(database)
    assert (kept["message"], kept["decision"]) == (1, 2)
    other = await say(client, accepted["receipt"], "Something else.", key)
    assert (other.status_code, problem(other)["type"]) == (422, "/problems/idempotency-key-reused")


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"text": "x"}, ["/receipt"]),
        ({"receipt": UNKNOWN}, ["/text"]),
        ({"receipt": UNKNOWN, "text": ""}, ["/text"]),
        ({"receipt": UNKNOWN, "text": "x" * 4001}, ["/text"]),
        ({"receipt": UNKNOWN, "text": "a\u202eb"}, ["/text"]),
        ({"receipt": UNKNOWN, "text": "x", "grade": "P4"}, ["/grade"]),
        ({"receipt": UNKNOWN, "text": "x", "answers": "no"}, ["/answers"]),
    ],
)
async def test_what_is_wrong_in_a_message_is_told_at_its_field(
    client: httpx.AsyncClient, body: dict[str, str], where: list[str]
) -> None:
    answer = await client.post("/v1/follow-up/messages", json=body)
    assert (answer.status_code, pointers(answer)) == (422, where)


async def test_a_message_of_spaces_says_nothing(client: httpx.AsyncClient) -> None:
    accepted = await reported(client)
    answer = await say(client, accepted["receipt"], "  \n ")
    assert (answer.status_code, pointers(answer)) == (422, ["/text"])


async def test_of_an_anonymous_conversation_the_order_is_kept_and_no_second(
    web_settings: Settings, database: asyncpg.Connection
) -> None:
    moment = datetime(2026, 11, 20, 23, 31, 47, 123456, tzinfo=UTC)
    async with serving(web_settings, clock=lambda: moment) as http:
        accepted = await reported(http, **_CALM)
        for text in ("one", "two", _KNIFE):
            await say(http, accepted["receipt"], text)
        told = (await status(http, accepted["receipt"])).json()
    assert [one["text"] for one in told["messages"]] == ["one", "two", _KNIFE]
    minute = moment.replace(second=0, microsecond=0)
    kept = await database.fetch("SELECT id, written_at FROM message")
    assert {row["written_at"] for row in kept} == {minute}
    assert {row["id"].int >> 80 for row in kept} == {int(minute.timestamp() * 1000)}
    assert await database.fetchval("SELECT bool_and(coarse) FROM delivery")
    newest = await database.fetchval("SELECT cause FROM decision ORDER BY decided_at DESC, id DESC LIMIT 1")
    assert newest == "message"


async def test_each_message_is_on_the_record_without_its_words(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    accepted = await reported(client, **_CALM)
    await say(client, accepted["receipt"], "A telling detail.")
    recorded = await database.fetch(
        "SELECT t::text AS row FROM audit_event AS t WHERE action = 'message.received'"
    )
    assert len(recorded) == 1
    assert "telling" not in recorded[0]["row"]
