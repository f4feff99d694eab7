"""The Celery app: the lanes' queues, the tasks, and how the broker is spoken to.

Messages are ids in JSON and results are not kept. Everything that matters is in the outbox, so a message is
acknowledged when it is taken and the broker may lose all it holds.
"""

from functools import partial
from typing import Any

from celery import Celery, bootsteps, signals
from kombu.entity import Exchange, Queue

from service.broker import broker_url
from service.log import configure_logging
from service.settings import Settings, load_settings
from workers.broker_connection import PromptConnection
from workers.lanes import LANES, PATTERNS_QUEUE, UPKEEP_QUEUE
from workers.runtime import Runtime
from workers.tasks import counts, patterns, upkeep, watch
from workers.tasks.counts import register_counts
from workers.tasks.delivery import register_delivery
from workers.tasks.patterns import register_patterns
from workers.tasks.upkeep import register_upkeep
from workers.tasks.watch import register_watch

_TRANSPORT = {
    # A broker that vanishes without closing its sockets is noticed within seconds, by the relay and the workers alike.
    "socket_timeout": 5.0,
    "socket_connect_timeout": 3.0,
    "socket_keepalive": True,
    "health_check_interval": 5,
    # The first queue of the list is always asked first: P1 before P2.
    "queue_order_strategy": "priority",
    # No priorities inside a queue, so one list for each instead of four.
    "priority_steps": [0],
}


def configuration(settings: Settings) -> dict[str, Any]:
    """Celery's settings for this installation. Raises SettingsError when no broker is set."""
    return {
        "broker_url": broker_url(settings.require_redis()),
        "broker_transport_options": dict(_TRANSPORT),
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "broker_connection_timeout": 3.0,
        "broker_pool_limit": len(LANES) + 1,
        "result_backend": None,
        "task_ignore_result": True,
        "task_serializer": "json",
        "accept_content": ["json"],
        "task_acks_late": False,
        "task_queues": [
            _queue(name) for name in (*(lane.queue for lane in LANES), UPKEEP_QUEUE, PATTERNS_QUEUE)
        ],
        "task_default_queue": UPKEEP_QUEUE,
        "task_routes": {name: {"queue": PATTERNS_QUEUE} for name in (patterns.EXAMINE, counts.COUNT)},
        "task_create_missing_queues": False,
        "task_publish_retry": True,
        "task_publish_retry_policy": {
            "max_retries": 1,
            "interval_start": 0,
            "interval_step": 0,
            "interval_max": 0,
        },
        "worker_prefetch_multiplier": 1,
        # Nothing is acknowledged late, so there is nothing to cancel; saying so spares a warning at every loss.
        "worker_cancel_long_running_tasks_on_connection_loss": True,
        "worker_enable_prefetch_count_reduction": False,
        "worker_enable_remote_control": False,
        "worker_send_task_events": False,
        "worker_hijack_root_logger": False,
        "worker_redirect_stdouts": False,
        "enable_utc": True,
        "timezone": "UTC",
        "beat_schedule": {
            **{
                name: {"task": name, "schedule": every}
                for name, every in (upkeep.schedule() | counts.schedule()).items()
            },
            # One that nobody takes before the next is due is not worth keeping.
            **{
                name: {"task": name, "schedule": every, "options": {"expires": every}}
                for name, every in (patterns.schedule() | watch.schedule()).items()
            },
        },
    }


def _queue(name: str) -> Any:
    """A queue with a key of its own. Without one Celery gives all the same, and every lane gets every message."""
    make_queue: Any = Queue
    make_exchange: Any = Exchange
    return make_queue(name, exchange=make_exchange("lanes", type="direct"), routing_key=name)


def create_app(settings: Settings, runtime: Runtime | None = None) -> Celery:
    """Build the Celery app. It opens nothing until a worker starts or a message is sent.

    `runtime` is what the tasks work with; one made from the settings unless another is passed.
    """
    app = Celery("evenlode", set_as_current=False)
    app.conf.update(configuration(settings))
    app.amqp.Connection = PromptConnection
    runtime = runtime or Runtime(settings)
    register_delivery(app, runtime)
    register_upkeep(app, runtime)
    register_watch(app, runtime)
    register_patterns(app, runtime)
    register_counts(app, runtime)
    app.steps["worker"].add(_step_of(runtime))
    return app


def _step_of(runtime: Runtime) -> type[bootsteps.StartStopStep]:
    """The runtime as a part of the Celery worker: it starts before the first message and ends after the last."""

    class Deliveries(bootsteps.StartStopStep):  # type: ignore[misc]
        requires = ("celery.worker.components:Pool",)

        def start(self, parent: Any) -> None:
            del parent
            runtime.start()

        def stop(self, parent: Any) -> None:
            del parent
            runtime.stop()

        terminate = stop

    return Deliveries


def __getattr__(name: str) -> Any:
    """Make `app` when Celery's command line asks for it, so that importing this module reads no environment."""
    if name != "app":
        raise AttributeError(name)
    signals.setup_logging.connect(partial(_set_up_logging), weak=False)
    app = create_app(load_settings())
    globals()["app"] = app
    return app


def _set_up_logging(*, loglevel: int, **_: Any) -> None:
    configure_logging("worker", level=loglevel)
