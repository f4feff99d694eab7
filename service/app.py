"""The composition root of the web process: everything that runs is listed here."""

import asyncio
import gc
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import asyncpg
import structlog
from litestar import Litestar, Router
from litestar.config.app import AppConfig
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import License
from redis.asyncio import Redis

from service import problems
from service.access.desk import desk_of
from service.access.guards import anyone, refuse_undeclared
from service.audit.controllers import read_audit
from service.clock import Clock, utc_now
from service.db.pool import open_pool
from service.errors import ServiceError
from service.followup.controllers import ask_status, send_message, send_photo
from service.followup.conversation import Conversation
from service.followup.entrance import FollowUp
from service.followup.uploads import Uploads
from service.gate import Gate
from service.handover.controllers import handover_schema
from service.health import live, ready
from service.intake.accept import Intake
from service.intake.controllers import send_report
from service.intake.decode import MAX_BODY_BYTES
from service.intake.openapi import add_report_components
from service.intake.store import ReportStore
from service.keys import load_key_ring
from service.metrics import Metrics
from service.metrics_page import metrics_page
from service.networks import Networks
from service.parts import Parts
from service.policy.load import load_policy
from service.policy.model import Policy
from service.policy.releases.following import Follower, policy_at_start
from service.routing.live_channels import with_usable_channels
from service.settings import Settings
from service.triage.controllers import TRIAGE
from service.triage.live import Live
from service.web.console.routes import CONSOLE
from service.web.public.trouble import for_people
from service.web.routes import PAGES

_log = structlog.get_logger()


def create_app(settings: Settings, *, clock: Clock = utc_now, intake_type: type[Intake] = Intake) -> Litestar:
    """Build the web application.

    `clock` and `intake_type` are other parts for tests and measurements.

    The policy is the release in force, or the folder's when the database knows of none or is away; it follows what is
    put in force later. Raises PolicyError or SettingsError, saying what to mend, instead of starting with a policy that
    cannot reach its recipients or without keys.
    """
    followed = policy_at_start(settings, load_policy)
    ring = load_key_ring(settings.key_file)

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncGenerator[None, None]:
        url = settings.require_database()
        pool = await open_pool(url, role="evenlode_web", size=settings.intake_connections)
        desk_pool = await open_pool(url, role="evenlode_web", size=settings.desk_connections)
        policy = with_usable_channels(followed.policy, settings)
        redis = Redis.from_url(settings.require_redis(), socket_timeout=2, socket_connect_timeout=2)
        intake = intake_type(policy=policy, store=_store(pool, policy), ring=ring, clock=clock)

        networks = Networks(redis=redis, ring=ring, clock=clock, proxies=settings.proxies)
        follow_up = FollowUp(
            Conversation(pool=pool, policy=policy, clock=clock), Uploads(pool=pool, clock=clock), networks
        )

        def adopt(policy: Policy) -> None:
            policy = with_usable_channels(policy, settings)
            intake.adopt(policy, _store(pool, policy))
            follow_up.conversation.adopt(policy)
            _settle_memory()

        follower = Follower(settings, load_policy, adopt, followed)
        live_queues = Live(url)
        app.state.parts = Parts(
            settings=settings,
            metrics=Metrics(),
            pool=pool,
            desk_pool=desk_pool,
            redis=redis,
            intake=intake,
            clock=clock,
            follow_up=follow_up,
            gate=Gate(networks=networks, ring=ring, clock=clock),
            desk=desk_of(settings, redis, ring, clock),
            live=live_queues,
            follower=follower,
        )
        following = asyncio.create_task(follower.run())
        hearing = asyncio.create_task(live_queues.run())
        _settle_memory()
        _log.info("web.ready", policy=policy.version, demo=settings.demo)
        try:
            yield
        finally:
            following.cancel()
            hearing.cancel()
            await intake.close()
            await redis.aclose()
            await desk_pool.close()
            await pool.close()

    return assemble(lifespan)


def _store(pool: asyncpg.Pool, policy: Policy) -> ReportStore:
    return ReportStore(pool, reference_prefix=policy.partnership.reference_prefix)


def assemble(lifespan: Callable[[Litestar], AbstractAsyncContextManager[None]]) -> Litestar:
    """Put handlers, error answers and documentation together; `lifespan` sets `app.state.parts`."""
    app = Litestar(
        route_handlers=[
            send_report,
            ask_status,
            send_message,
            send_photo,
            live,
            ready,
            metrics_page,
            problems.explain_problem,
            PAGES,
            CONSOLE,
            TRIAGE,
            handover_schema,
            read_audit,
        ],
        exception_handlers={
            ServiceError: for_people(problems.on_service_error),
            ValidationException: for_people(problems.on_missing_body),
            HTTPException: for_people(problems.on_http_error),
            **dict.fromkeys(problems.UNREADABLE, for_people(problems.on_unreadable)),
            Exception: for_people(problems.on_bug),
        },
        lifespan=[lifespan],
        openapi_config=_openapi(),
        request_max_body_size=MAX_BODY_BYTES,
        on_app_init=[_without_debug],
        logging_config=None,
    )
    add_report_components(app)
    refuse_undeclared(app)
    return app


def _settle_memory() -> None:
    """Spare every later collection the objects of start-up, which stay for good, and collect less often.

    With Python's defaults a full collection walks the policy, the framework and every module: tens of milliseconds
    in which no report is answered.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)


def _openapi() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="Evenlode",
        version="1",
        summary="Community reporting and intelligence intake",
        description="Not an emergency service: if somebody is in danger now, ring 999.",
        license=License(name="Apache-2.0", identifier="Apache-2.0"),
        path="/schema",
        openapi_router=Router(path="/schema", route_handlers=[], opt=anyone, include_in_schema=False),
        render_plugins=[JsonRenderPlugin(path="/openapi.json")],
        use_handler_docstrings=False,
    )


def _without_debug(config: AppConfig) -> AppConfig:
    """Never show a traceback to a caller, whatever the environment says: it could quote a report."""
    config.debug = False
    return config
