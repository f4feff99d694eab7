"""A body that stays away or breaks off costs its sender the report and nobody else theirs."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from service.intake import request
from tests.builders import report
from tests.web import Shared, problem, send, served_by_granian

_JSON = {"Content-Type": "application/json"}


_FIELDS = {"Content-Type": "application/x-www-form-urlencoded"}
_PARTS = {"Content-Type": "multipart/form-data; boundary=x"}
_LINK = "01a20908-2b20-7b81-8b5e-8def4e980001"


async def test_a_body_that_never_ends_is_given_up(shared: Shared, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request, "BODY_WITHIN", 0.1)

    async def never_ending() -> AsyncIterator[bytes]:
        yield b"--x"
        await asyncio.Event().wait()

    # Everything that reads a body of somebody who has not signed in.
    for path, headers in (
        ("/v1/reports", _JSON),
        (f"/v1/deliveries/{_LINK}/acknowledgement", _JSON),
        (f"/acknowledge/{_LINK}", _FIELDS),
        (f"/acknowledge/{_LINK}", _PARTS),
        ("/desk/sign-in", _FIELDS),
        ("/desk/sign-in/passkey", _JSON),
        ("/desk/reports/WO-7F3K-9MPX/note", {**_FIELDS, "Sec-Fetch-Site": "same-origin"}),
    ):
        async with asyncio.timeout(10):
            answer = await shared.http.post(path, content=never_ending(), headers=headers)
        assert answer.status_code == 408, path
        assert problem(answer)["type"] == "/problems/http-408"
    assert (await send(shared.http, report())).status_code == 201


async def test_a_body_that_breaks_off_is_the_senders_fault(
    web_environ: dict[str, str], tmp_path: Path
) -> None:
    lengths = {
        b"Transfer-Encoding: chunked": b"not a size\r\n{}\r\n0\r\n\r\n",
        b"Content-Length: 2\r\nTransfer-Encoding: chunked": b"{}",
    }
    async with served_by_granian(web_environ, tmp_path / "web.log") as http:
        for header, body in lengths.items():
            answer = await _answer_to(http.base_url, header, body)
            assert answer.startswith(b"HTTP/1.1 400 "), answer
            assert b"/problems/report-malformed" in answer
            assert b"The body ended before it was whole." in answer


async def _answer_to(address: httpx.URL, header: bytes, body: bytes) -> bytes:
    reader, writer = await asyncio.open_connection(address.host, address.port)
    writer.write(
        b"POST /v1/reports HTTP/1.1\r\nHost: evenlode.test\r\nContent-Type: application/json\r\n"
        b"Connection: close\r\n" + header + b"\r\n\r\n" + body
    )
    async with asyncio.timeout(10):
        answer = await reader.read()
    writer.close()
    return answer
