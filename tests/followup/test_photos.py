"""Photos of a report: in pieces over a bad line, drawn anew, and nothing of where they were taken kept."""

import asyncio
from io import BytesIO
from uuid import uuid4

import asyncpg
import httpx
import pytest
from PIL import Image

from service.followup.errors import FileRefused
from service.followup.pictures import LONGEST_SIDE, drawn_anew
from tests.followup.returning import UNKNOWN, photo, piece, reported, send_whole, status
from tests.web import problem, rows

_TELLING = (
    b"Exif",
    b"Example Maker",
    b"Telling Phone",
    b"2026:11:20",
    b"ICC_PROFILE",
    b"http://ns.adobe",
)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
async def test_a_photo_is_kept_without_its_metadata_and_the_right_way_up(
    client: httpx.AsyncClient, database: asyncpg.Connection, kind: str
) -> None:
    accepted = await reported(client)
    sent = photo(kind, (640, 480))
    assert any(one in sent for one in _TELLING)
    answer = await send_whole(client, accepted["receipt"], sent)
    assert answer.status_code == 200, answer.text
    kept = await database.fetchrow("SELECT * FROM report_file")
    assert not any(one in kept["content"] for one in _TELLING)
    assert kept["metadata_stripped"] is True
    assert (kept["kind"], kept["size"]) == ("image/jpeg", len(kept["content"]))
    assert answer.json()["file"]["id"] == str(kept["id"])
    with Image.open(BytesIO(kept["content"])) as shown:
        assert shown.size == (480, 640)  # the camera was held upright
        assert not shown.getexif()
    told = (await status(client, accepted["receipt"])).json()
    assert (len(told["files"]), told["files_left"]) == (1, 4)
    assert (await rows(database))["upload_piece"] == 0


def test_a_large_photo_is_made_smaller() -> None:
    large = BytesIO()
    Image.new("RGB", (4000, 3000), "teal").save(large, "JPEG")
    with Image.open(BytesIO(drawn_anew(large.getvalue()))) as shown:
        assert shown.size == (LONGEST_SIDE, LONGEST_SIDE * 3 // 4)


def test_what_is_transparent_becomes_white() -> None:
    clear = BytesIO()
    Image.new("RGBA", (8, 8), (255, 0, 0, 0)).save(clear, "PNG")
    with Image.open(BytesIO(drawn_anew(clear.getvalue()))) as shown:
        assert min(shown.convert("L").get_flattened_data()) > 250


def _bomb(kind: str, size: tuple[int, int], **how: object) -> bytes:
    made = BytesIO()
    Image.new("L" if kind == "PNG" else "RGB", size).save(made, kind, **how)
    return made.getvalue()


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        (b"<html><script>alert(1)</script>", "not a photo"),
        (b"%PDF-1.7", "not a photo"),
        (b"GIF89a" + bytes(50), "not a photo"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a photo"),
        (b"", "not a photo"),
        (bytes(4) + b"ftypheic" + bytes(50), "HEIC"),
        (photo()[:5000], "damaged"),
        (b"\xff\xd8\xff" + bytes(500), "damaged"),
        (b"\x89PNG\r\n\x1a\n" + bytes(500), "damaged"),
        (
            b"RIFF\x00\x00\x00\x00WEBPVP8X" + bytes(4) + b"\x00" * 4 + b"\xff\xff\xff" * 2 + bytes(9),
            "too large",
        ),
        (b"RIFF\x00\x00\x00\x00WEBPVP8L", "damaged"),
    ],
)
def test_what_is_no_photo_is_refused_in_a_sentence(sent: bytes, says: str) -> None:
    with pytest.raises(FileRefused, match=says):
        drawn_anew(sent)


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "how"), [("PNG", {}), ("JPEG", {"progressive": True})])
def test_a_small_file_that_would_become_a_huge_picture_is_refused_undrawn(
    kind: str, how: dict[str, bool]
) -> None:
    bomb = _bomb(kind, (9000, 9000), **how)
    assert len(bomb) < 3_000_000
    with pytest.raises(FileRefused, match="too large"):
        drawn_anew(bomb)


async def test_an_upload_goes_on_from_where_the_line_broke(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    accepted, sent, key = await reported(client), photo(), str(uuid4())
    receipt = accepted["receipt"]
    assert (await piece(client, receipt, key, b"", None, None)).json() == {"offset": 0, "file": None}
    first = await piece(client, receipt, key, sent[:9000], 0, len(sent))
    assert first.json()["offset"] == 9000
    # The answer was lost, so the same piece comes again; then one that skips some.
    again = await piece(client, receipt, key, sent[:9000], 0, len(sent))
    assert again.json()["offset"] == 9000
    skipped = await piece(client, receipt, key, sent[20_000:], 20_000, len(sent))
    assert (skipped.status_code, problem(skipped)["type"]) == (409, "/problems/upload-out-of-step")
    assert (await piece(client, receipt, key, b"", None, None)).json()["offset"] == 9000
    last = await piece(client, receipt, key, sent[9000:], 9000, len(sent))
    assert last.json()["file"] is not None
    # Whichever request is repeated now, it is the same photo.
    for content, start in ((sent[9000:], 9000), (b"", None), (sent[:9000], 0)):
        assert (await piece(client, receipt, key, content, start, len(sent))).json()["file"] == last.json()[
            "file"
        ]
    assert (await rows(database))["report_file"] == 1


async def test_the_same_last_piece_twice_at_once_makes_one_photo(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    accepted, sent, key = await reported(client), photo(), str(uuid4())
    both = await asyncio.gather(
        *(piece(client, accepted["receipt"], key, sent, 0, len(sent)) for _ in range(4))
    )
    assert {answer.status_code for answer in both} == {200}
    assert len({answer.json()["file"]["id"] for answer in both}) == 1
    assert (await rows(database))["report_file"] == 1


async def test_a_piece_on_its_way_can_be_read_by_nobody_without_the_receipt(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    accepted, sent = await reported(client), photo()
    await piece(client, accepted["receipt"], str(uuid4()), sent[:9000], 0, len(sent))
    everything = b"".join([row["sealed"] for row in await database.fetch("SELECT sealed FROM upload_piece")])
    assert len(everything) > 9000
    assert not any(one in everything for one in _TELLING)


async def test_a_report_takes_five_photos_and_tells_when_it_is_full(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    accepted = await reported(client)
    for _ in range(5):
        assert (await send_whole(client, accepted["receipt"], photo(size=(64, 48)))).status_code == 200
    sixth = await send_whole(client, accepted["receipt"], photo(size=(64, 48)))
    assert (sixth.status_code, problem(sixth)["type"]) == (422, "/problems/files-full")
    assert (await rows(database))["report_file"] == 5


async def test_five_at_once_and_no_more_are_under_way(client: httpx.AsyncClient) -> None:
    accepted, sent = await reported(client), photo()
    answers = [
        await piece(client, accepted["receipt"], str(uuid4()), sent[:100], 0, len(sent)) for _ in range(6)
    ]
    assert [answer.status_code for answer in answers] == [200] * 5 + [422]


async def test_what_is_no_photo_is_forgotten_and_makes_room(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    accepted = await reported(client)
    refused = await send_whole(client, accepted["receipt"], b"%PDF-1.7" + bytes(1000))
    assert (refused.status_code, problem(refused)["type"]) == (422, "/problems/file-refused")
    kept = await rows(database)
    assert (kept["upload"], kept["upload_piece"], kept["report_file"]) == (0, 0, 0)


@pytest.mark.parametrize(
    ("start", "size", "status_code"), [(0, None, 400), (0, 17 * 1024 * 1024, 422), (5, 100, 409), (0, 2, 409)]
)
async def test_headers_that_cannot_be_meant_are_refused(
    client: httpx.AsyncClient, start: int, size: int | None, status_code: int
) -> None:
    accepted = await reported(client)
    answer = await piece(client, accepted["receipt"], str(uuid4()), b"abc", start, size)
    assert answer.status_code == status_code
    problem(answer)


async def test_without_a_receipt_that_is_known_nothing_is_taken(
    client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    assert (await piece(client, UNKNOWN, str(uuid4()), photo()[:100], 0, 100)).status_code == 404
    assert (await client.post("/v1/follow-up/files", content=b"x")).status_code == 400
    too_large = await piece(client, UNKNOWN, str(uuid4()), bytes(600_000), 0, 600_000)
    assert too_large.status_code in {404, 413}
    assert (await rows(database))["upload"] == 0
