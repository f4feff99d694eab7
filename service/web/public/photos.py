"""Photos that come with a page instead of in pieces."""

import hashlib
from typing import Any, Final

from litestar import Request

from service.errors import StorageUnavailable
from service.followup.errors import FileRefused, FilesFull
from service.followup.store import Found
from service.parts import parts_of
from service.web.public.questions import N_

NOT_NOW: Final = N_("A photo could not be kept just now. Send it again.")


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
