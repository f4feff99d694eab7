"""Sends hand-overs to the lanes' queues through Celery."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import redis.exceptions
from celery import Celery
from kombu.exceptions import OperationalError

from workers.lanes import DELIVER, Lane

_BROKER_AWAY: Final = (OperationalError, redis.exceptions.RedisError, OSError)


class CeleryPublisher:
    """A `Publish` over a Celery app. Blocking, and safe to call from several threads."""

    def __init__(self, app: Celery) -> None:
        self._app = app

    def __call__(self, lane: Lane, batches: Sequence[Sequence[UUID]], lease: UUID) -> int:
        """Send each batch as one task; returns how many the broker took before it went away."""
        token = str(lease)
        sent = 0
        try:
            with self._app.producer_or_acquire() as producer:
                for batch in batches:
                    self._app.send_task(
                        DELIVER,
                        args=([str(one) for one in batch], token),
                        queue=lane.queue,
                        ignore_result=True,
                        producer=producer,
                    )
                    sent += 1
        except _BROKER_AWAY:
            pass
        return sent
