"""Photos that come with a page instead of in pieces."""

import hashlib
from typing import Any, Final, NamedTuple

from litestar import Request

from schemas.reports import Accepted
from service.errors import StorageUnavailable
from service.followup.errors import FileRefused, FilesFull
from service.followup.store import Found
from service.parts import parts_of
from service.texts import N_

NOT_NOW: Final = N_("A photo could not be kept just now. Send it again.")


class Photos(NamedTuple):
    """What became of the photos that came with a report."""

    kept: int
    wrong: list[str]


async def photos_of(request: Request[Any, Any, Any], accepted: Accepted, photos: list[bytes]) -> Photos:
    """Keep the photos that came with a report that is accepted already: whatever is wrong, the report is safe."""
    if not photos:
        return Photos(0, [])
    conversation = parts_of(request).follow_up.conversation
    try:
        found = await conversation.found(accepted.receipt)
        if found is None:
            return Photos(0, [NOT_NOW])
        wrong = await keep_photos(request, found, photos, str(accepted.id))
        return Photos(len((await conversation.status(found)).files), wrong)
    except StorageUnavailable:
        return Photos(0, [NOT_NOW])


async def keep_photos(
    request: Request[Any, Any, Any], found: Found, photos: list[bytes], key: str
) -> list[str]:
    """Keep what can be kept; returns what was wrong with the others, a sentence for each fault.

    `key` is the page's: pressed twice, a photo is still kept once.
    """
    uploads = parts_of(request).follow_up.uploads
    wrong: list[str] = []
    for photo in photos:
        try:
            await uploads.keep(found, photo, f"{key}/{hashlib.sha256(photo).hexdigest()}")
        except (FileRefused, FilesFull) as refused:
            wrong.append(str(refused))
        except StorageUnavailable:
            wrong.append(NOT_NOW)
    return list(dict.fromkeys(wrong))
