"""The use case: a decoded report becomes a stored one, decided and routed, with its answer."""

import hashlib
from datetime import datetime

import msgspec

from schemas.reports import Accepted, AdviceLine, Report
from service.clock import Clock, to_the_minute
from service.errors import IdempotencyKeyInvalid
from service.ids import new_receipt, new_reference, receipt_for, receipt_hash, uuid7, uuid7_stem
from service.intake.classify import classify
from service.intake.normalise import identifying_fields, normalise
from service.intake.store import Receipted, ReportStore, StoredReport, Way
from service.keys import KeyRing
from service.policy.model import Policy
from service.routing.model import Decision

_SHORTEST_KEY, _LONGEST_KEY = 16, 128


class Intake:
    """Accepts reports under one policy. The parts it works with are passed in, so that tests pass theirs."""

    def __init__(self, *, policy: Policy, store: ReportStore, ring: KeyRing, clock: Clock) -> None:
        self._policy = policy
        self._store = store
        self._ring = ring
        self._clock = clock
        self._ways = {
            (recipient.code, tier): Way(
                recipient.code, tier, [channel.kind for channel in recipient.channels]
            )
            for recipient in policy.recipients.values()
            for tier in (recipient.tier, recipient.tier_if_named)
            if tier is not None
        }

    async def accept(self, report: Report, body: bytes, idempotency_key: str | None) -> Accepted:
        """Check, decide and store one report, and return its answer once it is durable (promise 1).

        `body` is the request's bytes, by whose hash a repeat is told from a reuse of the key. Raises ReportInvalid,
        IdempotencyKeyInvalid, IdempotencyKeyReused or StorageUnavailable.
        """
        if idempotency_key is not None and not usable_key(idempotency_key):
            raise IdempotencyKeyInvalid
        now = self._clock()
        report, typed = normalise(report, now)
        # Nothing kept of an anonymous report may tell the second it was sent: not a time, nor the time inside an id.
        moment = to_the_minute(now) if report.anonymity == "anonymous" else now
        decision = classify(report, self._policy, moment)
        body_hash = hashlib.sha256(body).digest()
        receipt = self._receipt(self._ring.active_id, idempotency_key, body_hash)
        row = self._row(report, typed, decision, moment, receipt, idempotency_key, body_hash)
        kept = await self._store.store(row)
        if kept.report_id != row.report_id:
            receipt = self._receipt(kept.key_id, idempotency_key, body_hash)
        return _answer(kept, receipt)

    def _receipt(self, key_id: str, idempotency_key: str | None, body_hash: bytes) -> str:
        if idempotency_key is None:
            return new_receipt()
        return receipt_for(self._ring.receipt_key(key_id), idempotency_key, body_hash)

    def _row(
        self,
        report: Report,
        typed: dict[str, str],
        decision: Decision,
        moment: datetime,
        receipt: str,
        idempotency_key: str | None,
        body_hash: bytes,
    ) -> StoredReport:
        # The reporter is told the report's id and receivers their notification's: neither gives the other away.
        report_id = uuid7(moment)
        told, source = self._split_source(report, report_id.bytes)
        return StoredReport(
            report_id=report_id,
            received_at=moment,
            reporter=str(type(report).__struct_config__.tag),
            anonymity=report.anonymity or "anonymous",
            concern=report.concern,
            body=msgspec.Raw(msgspec.json.encode(told)),
            typed=typed,
            reference=new_reference(self._policy.partnership.reference_prefix),
            receipt_hash=receipt_hash(receipt),
            key_id=self._ring.active_id,
            idempotency_hash=None
            if idempotency_key is None
            else hashlib.sha256(idempotency_key.encode()).digest(),
            body_hash=body_hash,
            source=source,
            ids=uuid7_stem(moment),
            grade=int(decision.grade[1]),
            due_at=decision.due,
            policy=decision.policy,
            decision=decision,
            ways=[self._ways[item.code, item.tier] for item in decision.recipients],
        )

    def _split_source(self, report: Report, report_id: bytes) -> tuple[Report, bytes | None]:
        """The report without what tells who reported it, and that part encrypted (None when there is none)."""
        names = [
            name
            for name in ("contact", *identifying_fields(type(report)))
            if getattr(report, name) is not None
        ]
        if not names:
            return report, None
        plain = msgspec.json.encode({name: getattr(report, name) for name in names})
        _, ciphertext = self._ring.close(report_id, plain)
        return msgspec.structs.replace(report, **dict.fromkeys(names)), ciphertext


def usable_key(key: str) -> bool:
    """Whether an Idempotency-Key is long enough not to be anybody else's, and plain enough to log nothing odd."""
    return _SHORTEST_KEY <= len(key) <= _LONGEST_KEY and key.isascii() and key.isprintable()


def _answer(kept: Receipted, receipt: str) -> Accepted:
    return Accepted(
        id=kept.report_id,
        reference=kept.reference,
        receipt=receipt,
        received_at=kept.received_at,
        advice=[AdviceLine(code=line.code, text=line.text) for line in kept.advice],
    )
