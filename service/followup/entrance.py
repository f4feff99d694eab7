"""The way in with a receipt, the same for the API and the page: slower for whoever tries many wrong ones.

A right receipt is answered whatever was tried before: behind one address there can be a whole hostel, and one person
must not be able to silence the others. There is no guessing 94 bits; the limit keeps the database from being asked
for nothing and tells a person plainly that trying on leads nowhere.
"""

import asyncio
from typing import Any, Final

import msgspec
from litestar import Request

from service.followup.conversation import Conversation
from service.followup.errors import ReceiptUnknown, TooManyTries
from service.followup.store import Found
from service.followup.uploads import Uploads
from service.networks import Networks

FREE_TRIES: Final = 5
"""Wrong receipts of a network within ten minutes before it gets slower: people misread."""
MOST_TRIES: Final = 30
"""Wrong receipts of a network within ten minutes; after these it is told so."""
_STEP: Final = 0.1
_SLOWEST: Final = 1.0
_BLIND: Final = 0.3
"""Seconds for everybody while nothing can be counted."""


class FollowUp(msgspec.Struct, frozen=True):
    """What the follow-up works with."""

    conversation: Conversation
    uploads: Uploads
    networks: Networks

    async def enter(self, request: Request[Any, Any, Any], receipt: str) -> Found:
        """The report of a receipt. Raises ReceiptUnknown, or TooManyTries after many of those.

        Something that cannot be a receipt is answered as one that nobody has.
        """
        bucket = self.networks.bucket(request)
        await asyncio.sleep(pause(await self.networks.seen("receipt", bucket)))
        found = await self.conversation.found(receipt)
        if found is not None:
            return found
        tries = await self.networks.count("receipt", bucket)
        raise TooManyTries if tries is not None and tries > MOST_TRIES else ReceiptUnknown


def pause(tries: int | None) -> float:
    """Seconds before an answer, after so many wrong receipts; None when they could not be counted."""
    if tries is None:
        return _BLIND
    return min(_SLOWEST, max(0, tries - FREE_TRIES) * _STEP)
