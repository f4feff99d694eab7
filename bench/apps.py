"""The web process as it ships, and the variants it is measured against; `BENCH_APP` chooses.

- `durable`: the service.
- `unbatched`: the same, but each report is a commit of its own.
- `ceiling`: the same server, routes, decoding and answer, with nothing between: no checks, no decision, no storing.
- `checked`: the ceiling that also checks the fields and makes the answer's own reference and receipt.
"""

import hashlib
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import msgspec
from litestar import Litestar

from schemas.reports import Accepted, AdviceLine, Report
from service.app import assemble, create_app
from service.clock import utc_now
from service.ids import new_receipt, new_reference, receipt_for, uuid7
from service.intake.accept import Asked, Intake
from service.intake.normalise import normalise
from service.intake.suspicion import UNSUSPECTED, Suspicion
from service.log import configure_logging
from service.metrics import Metrics
from service.parts import Parts
from service.settings import load_settings

_KEY = bytes(32)
_RECEIVED = datetime(2026, 1, 1, tzinfo=UTC)
_ANSWER = Accepted(
    id=uuid7(_RECEIVED),
    reference=new_reference("WO"),
    receipt=new_receipt(),
    received_at=_RECEIVED,
    advice=[AdviceLine(code="example", text="If anybody is in danger now, ring 999. " * 2)] * 3,
)


class CeilingIntake:
    """Answers a decoded report at once."""

    async def accept(
        self, report: Report, body: bytes, idempotency_key: str | None, suspicion: Suspicion = UNSUSPECTED
    ) -> Accepted:
        del report, body, idempotency_key, suspicion
        return _ANSWER


class CheckedIntake:
    """Decodes, checks, and answers with a reference and a receipt of its own; decides and stores nothing."""

    async def accept(
        self, report: Report, body: bytes, idempotency_key: str | None, suspicion: Suspicion = UNSUSPECTED
    ) -> Accepted:
        del suspicion
        now = utc_now()
        normalise(report, now)
        receipt = receipt_for(_KEY, idempotency_key or "", hashlib.sha256(body).digest())
        return msgspec.structs.replace(
            _ANSWER, id=uuid7(now), reference=new_reference("WO"), receipt=receipt, received_at=now
        )


class UnbatchedIntake(Intake):
    """Gives each report a commit of its own, straight away."""

    async def accept(
        self, report: Report, body: bytes, idempotency_key: str | None, suspicion: Suspicion = UNSUSPECTED
    ) -> Accepted:
        asked = Asked(report, body, idempotency_key, self._clock(), suspicion)
        (outcome,) = await self._accept_together([asked])
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


class _NobodyCounted:
    """A gate that counts nobody."""

    def crowd(self, request: object) -> Suspicion:
        del request
        return UNSUSPECTED


def _without_storing(intake: Any) -> Litestar:
    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncGenerator[None, None]:
        nothing: Any = None
        uncounted: Any = _NobodyCounted()
        app.state.parts = Parts(
            settings=nothing,
            metrics=Metrics(),
            pool=nothing,
            desk_pool=nothing,
            redis=nothing,
            intake=intake,
            follow_up=nothing,
            gate=uncounted,
            desk=nothing,
            live=nothing,
        )
        yield

    return assemble(lifespan)


def _build(variant: str) -> Litestar:
    configure_logging("bench", level=30)
    if variant == "ceiling":
        return _without_storing(CeilingIntake())
    if variant == "checked":
        return _without_storing(CheckedIntake())
    if variant == "unbatched":
        return create_app(load_settings(), intake_type=UnbatchedIntake)
    return create_app(load_settings())


app = _build(os.environ.get("BENCH_APP", "durable"))
