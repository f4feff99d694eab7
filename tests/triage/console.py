"""The console's calls as somebody signed in makes them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import msgspec

from service.access.actor import Actor
from service.access.cross_site import TOKEN_HEADER, page_token
from service.keys import load_key_ring
from service.settings import Settings


class Console:
    """One person's browser."""

    def __init__(self, http: httpx.AsyncClient, settings: Settings, actor: Actor) -> None:
        self._http = http
        token = actor.token.reveal()
        secure = settings.public_url.startswith("https:")
        self.cookie = f"{'__Host-' if secure else ''}evenlode={token}"
        self._page_token = page_token(load_key_ring(settings.key_file), token)

    async def get(self, path: str, **params: Any) -> httpx.Response:
        """Read something."""
        return await self._http.get(path, params=params, headers={"Cookie": self.cookie})

    async def post(
        self, path: str, body: Any = None, *, version: int | None = None, **headers: str
    ) -> httpx.Response:
        """Do something, on a version."""
        given = {"Cookie": self.cookie, TOKEN_HEADER: self._page_token, **headers}
        if version is not None:
            given["If-Match"] = f'"{version}"'
        return await self._http.post(path, content=msgspec.json.encode(body or {}), headers=given)

    @asynccontextmanager
    async def events(self) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
        """The live events, as they come; needs a real server."""
        async with self._http.stream(
            "GET", "/v1/events", headers={"Cookie": self.cookie}, timeout=60
        ) as response:
            assert response.status_code == 200
            assert response.headers["content-type"].startswith("text/event-stream")

            async def told() -> AsyncIterator[dict[str, Any]]:
                async for line in response.aiter_lines():
                    if line.startswith("data:") and line[5:].strip():
                        yield msgspec.json.decode(line[5:])

            yield told()
