"""The health check of each container, asked of real services by the script that goes into the image."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread, Timer
from typing import Final
from uuid import uuid4

import asyncpg
import pytest
import redis

from service.settings import load_settings
from tests.web import free_port
from workers.app import create_app
from workers.lanes import LANES
from workers.publisher import CeleryPublisher

SCRIPT: Final = Path(__file__).resolve().parents[2] / "container" / "health.py"
HEALTHY: Final = 0
ILL: Final = 1


def check(*role: str, environ: Mapping[str, str] | None = None) -> int:
    """Run the script as a container does; its exit code."""
    done = subprocess.run(
        [sys.executable, SCRIPT, *role],
        env={"PATH": os.environ["PATH"], **(environ or {})},
        capture_output=True,
        check=False,
        timeout=30,
    )
    return done.returncode


@pytest.mark.parametrize(("status", "expected"), [(200, HEALTHY), (503, ILL)])
def test_the_web_is_healthy_when_it_says_that_it_is_ready(status: int, expected: int) -> None:
    asked = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        assert check("web", environ={"PORT": str(server.server_port)}) == expected
        server.shutdown()
    assert asked == ["/health/ready"]


def test_a_web_that_nobody_can_reach_is_not_healthy() -> None:
    assert check("web", environ={"PORT": str(free_port())}) == ILL


async def test_a_relay_is_healthy_while_it_holds_its_connection(database_url: str) -> None:
    environ = {"DATABASE_URL": database_url}
    # Another test's relay may share the server; this one is told apart by its database.
    connection = await asyncpg.connect(database_url, server_settings={"application_name": "evenlode_relay"})
    try:
        assert await asyncio.to_thread(check, "relay", environ=environ) == HEALTHY
    finally:
        await connection.close()
    assert await asyncio.to_thread(check, "relay", environ=environ) == ILL


def test_a_relay_without_a_database_is_not_healthy() -> None:
    assert check("relay", environ={"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing"}) == ILL


def test_a_worker_is_healthy_while_its_queues_are_empty(redis_url: str) -> None:
    assert check("worker", "p1", "p2", environ={"REDIS_URL": redis_url}) == HEALTHY


def test_a_worker_that_leaves_a_message_lying_is_not_healthy(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as broker:
        broker.lpush("p2", "a message that nobody takes")
    assert check("worker", "p1", "p2", environ={"REDIS_URL": redis_url}) == ILL
    assert check("worker", "p3", "p4", environ={"REDIS_URL": redis_url}) == HEALTHY


def test_a_worker_with_a_backlog_is_healthy_while_it_moves(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as broker:
        broker.lpush("p4", "first")
        broker.lpush("p4", "second")
        taking = Timer(1.5, broker.rpop, ["p4"])
        taking.start()
        assert check("worker", "p4", environ={"REDIS_URL": redis_url}) == HEALTHY
        taking.join()


def test_the_script_looks_at_the_lists_that_hand_overs_really_wait_in(redis_url: str) -> None:
    publish = CeleryPublisher(create_app(load_settings({"REDIS_URL": redis_url})))
    with redis.Redis.from_url(redis_url) as broker:
        for lane in LANES:
            assert publish(lane, [[uuid4()]], uuid4()) == 1
            assert broker.llen(lane.queue) == 1
    assert check("worker", *(lane.queue for lane in LANES), environ={"REDIS_URL": redis_url}) == ILL


def test_a_scheduler_is_healthy_while_it_keeps_its_schedule(tmp_path: Path) -> None:
    assert check("scheduler", str(tmp_path)) == ILL
    schedule = tmp_path / "schedule.db"
    schedule.write_bytes(b"")
    assert check("scheduler", str(tmp_path)) == HEALTHY
    two_hours_ago = time.time() - 7200
    os.utime(schedule, (two_hours_ago, two_hours_ago))
    assert check("scheduler", str(tmp_path)) == ILL


def test_a_role_that_nobody_knows_is_a_mistake_of_the_caller() -> None:
    assert check("nobody") == 2
