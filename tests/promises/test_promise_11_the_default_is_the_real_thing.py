"""Promise 11: the embedded services are a real PostgreSQL and a real Redis-protocol server, safe as they start."""

from pathlib import Path

import asyncpg
import pytest
from redis.asyncio import Redis

from service.db.migrate import migrate
from service.embedded.services import embedded_services
from service.keys import ensure_key_ring
from service.settings import load_settings
from tests.builders import full_report, idempotency_key
from tests.web import send, serving


@pytest.mark.slow
async def test_what_was_accepted_outlives_a_power_cut_of_the_embedded_services(state_folder: Path) -> None:
    body, key = full_report("care_worker"), idempotency_key()
    environ = {"EVENLODE_DEMO": "1", "EVENLODE_STATE": str(state_folder), "SMTP_URL": "smtp://127.0.0.1:1"}
    with embedded_services(state_folder) as services:
        environ |= {"DATABASE_URL": services.database_url, "REDIS_URL": services.redis_url}
        settings = load_settings(environ)
        ensure_key_ring(settings.key_file)
        await migrate(services.database_url)
        connection = await asyncpg.connect(services.database_url)
        assert "PostgreSQL" in await connection.fetchval("SELECT version()")
        for safety in ("fsync", "full_page_writes", "synchronous_commit"):
            assert await connection.fetchval(f"SHOW {safety}") == "on"
        await connection.close()
        async with Redis.from_url(services.redis_url) as redis:
            assert "redis_version" in await redis.info("server")
        async with serving(settings) as http:
            first = await send(http, body, key)
            assert first.status_code == 201
            assert services.postgres is not None
            services.postgres.kill()
    with embedded_services(state_folder) as services:
        async with serving(load_settings(environ)) as http:
            again = await send(http, body, key)
    assert again.json() == first.json()
