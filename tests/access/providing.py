"""A real identity provider (OpenID Connect) in a process of its own, and the settings of a console that trusts it."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.web import free_port

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
async def issuer() -> AsyncIterator[str]:
    """Where the provider is."""
    port = free_port()
    with subprocess.Popen(
        [sys.executable, "-m", "tests.access.provider", str(port)],
        cwd=PROJECT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        where = f"http://localhost:{port}"
        await _until_it_answers(where)
        yield where
        process.terminate()


def at_issuer(issuer: str) -> dict[str, str]:
    """What a console is told of its provider."""
    return {
        "EVENLODE_OIDC_ISSUER": issuer,
        "EVENLODE_OIDC_CLIENT_ID": "evenlode",
        "EVENLODE_OIDC_CLIENT_SECRET": "a-secret",
        "EVENLODE_OIDC_NAME": "the council",
    }


async def _until_it_answers(issuer: str) -> None:
    async with asyncio.timeout(60), httpx.AsyncClient() as http:
        while True:
            try:
                await http.get(f"{issuer}/.well-known/openid-configuration")
            except httpx.TransportError:
                await asyncio.sleep(0.1)
            else:
                return
