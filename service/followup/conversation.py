"""The use case: a reporter comes back with the receipt, reads how the report stands, and adds to it."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec

from schemas.follow_up import FollowUpStatus, MessageLine, MessageTaken, NewMessage
from schemas.reports import AdviceLine, Report
from service.clock import Clock, to_the_minute
from service.errors import FieldFault, IdempotencyKeyInvalid, IdempotencyKeyReused, ReportInvalid
from service.followup import store
from service.followup.errors import ConversationFull
from service.followup.rereading import raised_by, reread
from service.followup.standing import standing
from service.followup.store import Found, Lift, Message, Ruling
from service.followup.uploads import MOST_FILES
from service.ids import uuid7, uuid7_stem
from service.intake.accept import usable_key
from service.policy.model import Policy
from service.routing.model import Advice, Decision

MOST_MESSAGES: Final = 200
"""In one conversation, both ways. A report that needs more is several."""
NOTHING_SAID: Final = "Write something first."
NO_QUESTION: Final = "This is not a question about this report."
_BODY: Final = msgspec.json.Decoder(Report)


class Conversation:
    """Shows reporters how their reports stand and takes what they add, each under one policy."""

    def __init__(self, *, pool: asyncpg.Pool, policy: Policy, clock: Clock) -> None:
        self._pool = pool
        self._policy = policy
        self._clock = clock

    def adopt(self, policy: Policy) -> None:
        """Decide from now on under another policy."""
        self._policy = policy

    async def found(self, receipt: str) -> Found | None:
        """The report of a receipt, typed as people type."""
        async with store.reading(self._pool) as connection:
            return await store.found(connection, receipt)

    async def status(self, one: Found) -> FollowUpStatus:
        """How a report stands, and the conversation so far."""
        async with store.reading(self._pool) as connection:
            arrived = await store.bodies(connection, one.report_id)
            looked_at = await store.looked_at(connection, one.report_id)
            outcome = await store.outcome(connection, one.receipt.reveal())
            said = await store.messages(connection, one.report_id)
            files = await store.files(connection, one.report_id)
        return FollowUpStatus(
            reference=one.reference,
            received_at=one.received_at,
            status=standing(
                arrived, looked_at=looked_at, outcome=outcome, recipients=self._policy.recipients
            ),
            messages=said,
            files=files,
            files_left=max(0, MOST_FILES - len(files)),
        )

    async def say(self, one: Found, message: NewMessage, key: str | None) -> MessageTaken:
        """Take a message; once this returns it is durable, and so is what it raised.

        A repeat with the same key is answered as the first was, with the advice as of now, and raises nothing. Raises
        ReportInvalid, IdempotencyKeyInvalid, IdempotencyKeyReused or ConversationFull.
        """
        if key is not None and not usable_key(key):
            raise IdempotencyKeyInvalid
        if not message.text.strip():
            raise ReportInvalid([FieldFault("/text", NOTHING_SAID)])
        key_hash = None if key is None else hashlib.sha256(key.encode()).digest()
        async with store.writing(self._pool) as connection:
            await store.lock(connection, one.report_id)
            if key_hash is not None:
                earlier = await store.earlier_message(connection, one.report_id, key_hash)
                if earlier is not None:
                    if (earlier["text"], earlier["answers"]) != (message.text, message.answers):
                        raise IdempotencyKeyReused
                    said = _own(await store.messages(connection, one.report_id))
                    advice = await self._decide_again(connection, one, said, self._clock(), None)
                    return _taken(earlier["id"], earlier["written_at"], advice)
            return await self._take(connection, one, message, key_hash)

    async def _take(
        self, connection: asyncpg.Connection, one: Found, message: NewMessage, key_hash: bytes | None
    ) -> MessageTaken:
        said = await store.messages(connection, one.report_id)
        if len(said) >= MOST_MESSAGES:
            raise ConversationFull
        if message.answers is not None and not _asked(said, message.answers):
            raise ReportInvalid([FieldFault("/answers", NO_QUESTION)])
        now = self._clock()
        moment = one.moment(now)
        taken = Message(
            id=uuid7(moment),
            author="reporter",
            text=message.text,
            answers=message.answers,
            written_at=moment,
            key_hash=key_hash,
        )
        await store.add_message(connection, one.report_id, taken)
        detail = {
            "message": str(taken.id),
            "answers": None if message.answers is None else str(message.answers),
        }
        await store.record(connection, moment, "reporter", "message.received", one.report_id, detail)
        added = [*_own(said), message.text]
        advice = await self._decide_again(connection, one, added, now, taken.id)
        return _taken(taken.id, moment, advice)

    async def _decide_again(
        self,
        connection: asyncpg.Connection,
        one: Found,
        added: list[str],
        now: datetime,
        message: UUID | None,
    ) -> list[Advice]:
        """Raise the report where the words added so far do; returns the advice to show for them.

        `message` is the one that was just added; without one nothing is raised.
        """
        report = _BODY.decode(await store.told(connection, one.receipt.reveal()))
        # The anonymity that was settled at intake; the body may leave it out.
        report = msgspec.structs.replace(report, anonymity=one.anonymity)
        rulings = await store.rulings(connection, one.report_id)
        earlier = [ruling.decision for ruling in rulings]
        at = (one.received_at, one.moment(now))
        again = reread(report, added, earlier, policy=self._policy, at=at)
        raised = None if message is None else raised_by(report, added, earlier, policy=self._policy, at=at)
        if raised is not None:
            await store.lift(connection, self._lift(one, raised, rulings, now, message))
        if raised is not None or any(ruling.cause == "message" for ruling in rulings):
            return again.advice
        # What was said after sending need not be said again.
        given = {line.code for line in earlier[-1].advice}
        return [line for line in again.advice if line.code not in given]

    def _lift(
        self, one: Found, decision: Decision, rulings: Sequence[Ruling], now: datetime, message: UUID | None
    ) -> Lift:
        in_force = rulings[0]
        coarse = one.anonymity == "anonymous"
        # The newest decision is the one in force, so within the minute of another a coarse one takes the next.
        after = (
            to_the_minute(in_force.decided_at) + timedelta(minutes=1)
            if coarse
            else in_force.decided_at + timedelta(milliseconds=1)
        )
        moment = one.moment(now)
        decided_at = max(moment, after)
        detail: dict[str, Any] = {
            "from": int(in_force.decision.grade[1]),
            "grade": int(decision.grade[1]),
            "policy": decision.policy,
            "message": str(message),
            "routes": len(decision.recipients),
        }
        return Lift(
            report_id=one.report_id,
            ids=uuid7_stem(decided_at),
            decided_at=decided_at,
            decision=decision,
            ways=[
                {
                    "recipient": told.code,
                    "tier": told.tier,
                    "channels": [channel.kind for channel in self._policy.recipients[told.code].channels],
                }
                for told in decision.recipients
            ],
            made_at=moment,
            coarse=coarse,
            detail=detail,
        )


def _taken(message: UUID, written_at: datetime, advice: Sequence[Advice]) -> MessageTaken:
    lines = [AdviceLine(code=line.code, text=line.text) for line in advice]
    return MessageTaken(id=message, written_at=written_at, advice=lines)


def _own(said: Sequence[MessageLine]) -> list[str]:
    return [line.text for line in said if line.author == "reporter"]


def _asked(said: Sequence[MessageLine], question: UUID) -> bool:
    return any(line.id == question and line.author == "coordinator" for line in said)
