"""What an accepted report leaves in the database."""

import hashlib
from datetime import datetime

import msgspec

from schemas.reports import Report
from service.ids import new_reference, receipt_hash, uuid7, uuid7_stem
from service.intake.normalise import identifying_fields
from service.intake.store import StoredReport, Way
from service.intake.suspicion import UNSUSPECTED, Suspicion
from service.keys import KeyRing
from service.patterns.reporters import reporter_marks
from service.policy.model import Policy
from service.routing.model import Decision


class Recorder:
    """Makes the rows of reports accepted under one policy, with what tells the source set apart and encrypted."""

    def __init__(self, policy: Policy, ring: KeyRing) -> None:
        self._ring = ring
        self._prefix = policy.partnership.reference_prefix
        self._ways = {
            (recipient.code, tier): Way(
                recipient.code, tier, [channel.kind for channel in recipient.channels]
            )
            for recipient in policy.recipients.values()
            for tier in (recipient.tier, recipient.tier_if_named)
            if tier is not None
        }

    def record(
        self,
        report: Report,
        decision: Decision,
        *,
        typed: dict[str, str],
        moment: datetime,
        receipt: str,
        idempotency_key: str | None,
        body_hash: bytes,
        suspicion: Suspicion = UNSUSPECTED,
    ) -> StoredReport:
        """The rows of one report. Every time and id in them tells `moment`, and nothing finer."""
        # The reporter is told the report's id and receivers their notification's: neither gives the other away.
        report_id = uuid7(moment)
        told, source = self._split_source(report, report_id.bytes)
        grade = int(decision.grade[1])
        key_hash = None if idempotency_key is None else hashlib.sha256(idempotency_key.encode()).digest()
        return StoredReport(
            report_id=report_id,
            received_at=moment,
            reporter=str(report.__struct_config__.tag),
            anonymity=report.anonymity or "anonymous",
            concern=report.concern,
            body=msgspec.Raw(msgspec.json.encode(told)),
            typed=typed,
            reference=new_reference(self._prefix),
            receipt_hash=receipt_hash(receipt),
            key_id=self._ring.active_id,
            idempotency_hash=key_hash,
            body_hash=body_hash,
            source=source,
            marks=reporter_marks(report, self._ring),
            ids=uuid7_stem(moment),
            grade=grade,
            due_at=decision.due,
            policy=decision.policy,
            decision=decision,
            ways=[self._ways[item.code, item.tier] for item in decision.recipients],
            signs=suspicion.signs,
            held=suspicion.holds(grade),
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
