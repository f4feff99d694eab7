"""The use case: decoded reports become stored ones, decided and routed, with their answers."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Final, NamedTuple, TypeVar

from schemas.reports import Accepted, AdviceLine, Report
from service.clock import Clock, to_the_minute
from service.errors import IdempotencyKeyInvalid
from service.ids import new_receipt, receipt_for
from service.intake.batch import GroupCommit
from service.intake.classify import classify
from service.intake.detect import Words, look_together
from service.intake.normalise import normalise
from service.intake.record import Recorder
from service.intake.store import Receipted, ReportStore, StoredReport
from service.intake.suspicion import UNSUSPECTED, Suspicion
from service.keys import KeyRing
from service.policy.model import Policy
from service.routing.model import Decision

_SHORTEST_KEY, _LONGEST_KEY = 16, 128
_From = TypeVar("_From")
_To = TypeVar("_To")


class Asked(NamedTuple):
    """One request as it came in."""

    report: Report
    body: bytes
    key: str | None
    at: datetime
    suspicion: Suspicion = UNSUSPECTED


class Checked(NamedTuple):
    """A request whose report makes sense, in one spelling, its words, and the moment that is kept of it."""

    asked: Asked
    report: Report
    typed: dict[str, str]
    moment: datetime
    words: Words


class Decided(NamedTuple):
    """A checked request and the decision on it."""

    checked: Checked
    decision: Decision


class Prepared(NamedTuple):
    """All that one request will leave behind, and the receipt to show once."""

    asked: Asked
    row: StoredReport
    receipt: str


class Intake:
    """Accepts reports, each under one policy. The parts it works with are passed in, so that tests pass theirs.

    Requests that arrive during a commit are worked on together, one step after the other for all of them, and share
    the next commit. Step by step is several times quicker than report by report: each step's code and data are still
    at hand for the next report.
    """

    def __init__(self, *, policy: Policy, store: ReportStore, ring: KeyRing, clock: Clock) -> None:
        self._policy = policy
        self._store = store
        self._ring = ring
        self._clock = clock
        self._recorder = Recorder(policy, ring)
        self._together: Final = GroupCommit(self._accept_together)

    @property
    def policy(self) -> Policy:
        """The policy that reports are decided under now."""
        return self._policy

    def adopt(self, policy: Policy, store: ReportStore) -> None:
        """Decide from now on under another policy, whose references `store` makes.

        To be called in the event loop. A report is decided and recorded between two turns of it, so each is under one
        policy as a whole, and those on their way to the disk stay as they are.
        """
        self._policy = policy
        self._store = store
        self._recorder = Recorder(policy, self._ring)

    async def accept(
        self,
        report: Report,
        body: bytes,
        idempotency_key: str | None,
        suspicion: Suspicion = UNSUSPECTED,
    ) -> Accepted:
        """Check, decide and store one report, and return its answer once it is durable (promise 1).

        `body` is the request's bytes, by whose hash a repeat is told from a reuse of the key. A `suspicion` changes
        nothing of it but whether notifications wait for a person. Raises ReportInvalid, IdempotencyKeyInvalid,
        IdempotencyKeyReused or StorageUnavailable.
        """
        if idempotency_key is not None and not usable_key(idempotency_key):
            raise IdempotencyKeyInvalid
        return await self._together.submit(Asked(report, body, idempotency_key, self._clock(), suspicion))

    async def close(self) -> None:
        """Let everything handed in reach the disk."""
        await self._together.close()

    async def _accept_together(self, asked: list[Asked]) -> list[Accepted | Exception]:
        checked = _each(self._check, list(asked))
        look_together(one.words for one in checked if not isinstance(one, Exception))
        decided = _each(self._decide, checked)
        prepared = _each(self._prepare, decided)
        ready = [one for one in prepared if not isinstance(one, Exception)]
        kept = iter(await self._store.store([one.row for one in ready]) if ready else [])
        return [one if isinstance(one, Exception) else self._answer(one, next(kept)) for one in prepared]

    def _check(self, asked: Asked) -> Checked:
        report, typed = normalise(asked.report, asked.at)
        # Nothing kept of an anonymous report may tell the second it was sent: not a time, nor the time inside an id.
        moment = to_the_minute(asked.at) if report.anonymity == "anonymous" else asked.at
        return Checked(asked, report, typed, moment, Words.of(report, self._policy))

    def _decide(self, checked: Checked) -> Decided:
        return Decided(checked, classify(checked.report, self._policy, checked.moment, checked.words))

    def _prepare(self, decided: Decided) -> Prepared:
        (asked, report, typed, moment, _), decision = decided
        body_hash = hashlib.sha256(asked.body).digest()
        receipt = self._receipt(self._ring.active_id, asked.key, body_hash)
        row = self._recorder.record(
            report,
            decision,
            typed=typed,
            moment=moment,
            receipt=receipt,
            idempotency_key=asked.key,
            body_hash=body_hash,
            suspicion=asked.suspicion,
        )
        return Prepared(asked, row, receipt)

    def _receipt(self, key_id: str, idempotency_key: str | None, body_hash: bytes) -> str:
        if idempotency_key is None:
            return new_receipt()
        return receipt_for(self._ring.receipt_key(key_id), idempotency_key, body_hash)

    def _answer(self, prepared: Prepared, kept: Receipted | Exception) -> Accepted | Exception:
        if isinstance(kept, Exception):
            return kept
        receipt = prepared.receipt
        if kept.report_id != prepared.row.report_id:
            try:
                receipt = self._receipt(kept.key_id, prepared.asked.key, prepared.row.body_hash)
            except Exception as fault:  # noqa: BLE001  # the key it was made with is gone: this request's alone
                return fault
        return Accepted(
            id=kept.report_id,
            reference=kept.reference,
            receipt=receipt,
            received_at=kept.received_at,
            advice=[AdviceLine(code=line.code, text=line.text) for line in kept.advice],
        )


def usable_key(key: str) -> bool:
    """Whether an Idempotency-Key is long enough not to be anybody else's, and plain enough to log nothing odd."""
    return _SHORTEST_KEY <= len(key) <= _LONGEST_KEY and key.isascii() and key.isprintable()


def _each(step: Callable[[_From], _To], items: list[_From | Exception]) -> list[_To | Exception]:
    """Take one step with every item that is still well; an item's own failure stays its own."""
    done: list[_To | Exception] = []
    for item in items:
        if isinstance(item, Exception):
            done.append(item)
            continue
        try:
            done.append(step(item))
        except Exception as fault:  # noqa: BLE001  # it goes to the request it belongs to
            done.append(fault)
    return done
