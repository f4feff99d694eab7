"""The task that the relay sends: ids and a lease, nothing else travels through the broker."""

from typing import Any
from uuid import UUID

from celery import Celery

from workers.lanes import DELIVER
from workers.runtime import Runtime


def register_delivery(app: Celery, runtime: Runtime) -> None:
    """Register `deliver(ids, lease)` with the app."""

    def deliver(ids: list[str], lease: str) -> None:
        rows, token = [UUID(one) for one in ids], UUID(lease)
        courier = runtime.courier
        runtime.submit(lambda: courier.carry(rows, token))

    task: Any = app.task(name=DELIVER, ignore_result=True, shared=False)
    task(deliver)
