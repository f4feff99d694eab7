"""Telling people from machines at the forms, without anybody's help and without a locked door.

A trap that no person sees and the time a form was open are looked at always; they cost a person nothing. Only while a
network sends many reports does its next sender do something first: the device computes for a second or two, or, where
no script runs, the person waits and presses again. Nothing is ever refused for good, and no limit counts everybody.
"""

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

import msgspec
from altcha import Payload, create_challenge, verify_solution
from litestar import Request

from service.clock import Clock
from service.intake.suspicion import Sign, Suspicion
from service.keys import KeyRing
from service.networks import Networks

Fields = Mapping[str, Sequence[str]]
OPENED: Final = "_opened"
TICKET: Final = "_ticket"
TRAP: Final = "website"
PROOF_HEADER: Final = "evenlode-proof"
TICKET_HEADER: Final = "evenlode-ticket"
BUSY: Final = 12
"""Reports of a network within ten minutes, from which on the next sender does something first. A mobile network lets
many people out through one, and a district sends about twenty reports a day."""
FLOOD: Final = 40
"""Reports of a network within ten minutes, from which on what looks machine-made is held whatever its grade."""
API_CROWD: Final = 300
"""Reports of a network within ten minutes that one process takes over the API without a key, before more wait."""
HASTY: Final = timedelta(seconds=2)
"""Quicker than a person can tap twice and send."""
_WAIT: Final = 15
_WAIT_IN_A_FLOOD: Final = 60
_TICKET_LIVES: Final = 3600
_WORK_LIVES: Final = timedelta(minutes=10)
_ALGORITHM: Final = "PBKDF2/SHA-256"
_LONGEST_SIGNED: Final = 100
_COST: Final = 2000
"""Iterations of one try."""
_TRIES: Final = (100, 201)
"""How many tries it takes, drawn between: bounded, so that nobody has bad luck. A second or two on a cheap phone."""


class Work(msgspec.Struct, frozen=True):
    """What a sender does first: wait until the ticket is good, or compute the answer to the challenge."""

    wait: int
    ticket: str
    challenge: dict[str, Any]


class Verdict(msgspec.Struct, frozen=True):
    """What was seen of one sending: work to do first, or the report's suspicion."""

    suspicion: Suspicion
    work: Work | None = None


class Gate:
    """Looks at what comes in at the forms, and counts at the API."""

    def __init__(self, *, networks: Networks, ring: KeyRing, clock: Clock) -> None:
        self._networks = networks
        self._ring = ring
        self._clock = clock
        self._crowds: dict[str, int] = {}
        self._crowds_since = clock()

    def opened(self) -> str:
        """The present moment, signed: what a form carries to tell how long it was open."""
        return self._signed("opened", self._now())

    def open_long(self) -> str:
        """The same for a form that stays on devices, where every copy is alike: it was open long enough."""
        return self._signed("opened", 0)

    async def look(self, request: Request[Any, Any, Any], fields: Fields, key: str | None) -> Verdict:
        """Look at one sending of a form. Where the broker is away nothing is known of its network, and it passes."""
        seen = await self._networks.seen("report", self._networks.bucket(request)) or 0
        flood = seen >= FLOOD
        if seen >= BUSY:
            ticket = self._ticket(request, fields, key or "")
            if not self._good(ticket) and not await self._computed(request, key or ""):
                return Verdict(Suspicion([]), self._work(key or "", ticket, flood=flood))
        return Verdict(Suspicion(self._signs(fields), flood=flood))

    async def count(self, request: Request[Any, Any, Any]) -> None:
        """Count a report that was taken."""
        await self._networks.count("report", self._networks.bucket(request))

    def crowd(self, request: Request[Any, Any, Any]) -> Suspicion:
        """Count a report over the API, in this process alone: asking the broker would slow each one down."""
        bucket = self._networks.bucket(request)
        if bucket is None:
            return Suspicion([])
        now = self._clock()
        if now - self._crowds_since > timedelta(minutes=10):
            self._crowds.clear()
            self._crowds_since = now
        self._crowds[bucket] = self._crowds.get(bucket, 0) + 1
        return Suspicion(["crowd"] if self._crowds[bucket] > API_CROWD else [])

    def _signs(self, fields: Fields) -> list[Sign]:
        signs: list[Sign] = []
        if _first(fields, TRAP):
            signs.append("trap")
        opened = self._moment("opened", _first(fields, OPENED))
        if opened is None:
            signs.append("unopened")
        elif self._now() - opened < HASTY.total_seconds():
            signs.append("hasty")
        return signs

    def _work(self, key: str, ticket: int | None, *, flood: bool) -> Work:
        """What to do first. Whoever comes back too early keeps the ticket, so that trying costs nothing."""
        now = self._now()
        if ticket is None or ticket < now:
            ticket = now + (_WAIT_IN_A_FLOOD if flood else _WAIT)
        challenge = create_challenge(
            _ALGORITHM,
            _COST,
            counter=secrets.choice(range(*_TRIES)),
            expires_at=self._clock() + _WORK_LIVES,
            data={"key": _told(key)},
            hmac_secret=self._secret(),
        )
        return Work(ticket - now, self._signed(f"ticket {key}", ticket), challenge.to_dict())

    def _ticket(self, request: Request[Any, Any, Any], fields: Fields, key: str) -> int | None:
        """From when on the ticket is good that this sender was given for this report."""
        return self._moment(f"ticket {key}", request.headers.get(TICKET_HEADER) or _first(fields, TICKET))

    def _good(self, ticket: int | None) -> bool:
        return ticket is not None and ticket <= self._now() <= ticket + _TICKET_LIVES

    async def _computed(self, request: Request[Any, Any, Any], key: str) -> bool:
        """Whether this sender has computed what was asked for this report."""
        proof = request.headers.get(PROOF_HEADER)
        return proof is not None and await asyncio.to_thread(self._proven, proof, key)

    def _proven(self, proof: str, key: str) -> bool:
        try:
            payload = Payload.from_base64(proof)
            result = verify_solution(payload, self._secret())
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return False
        return bool(result.verified) and payload.challenge.parameters.data == {"key": _told(key)}

    def _secret(self) -> bytes:
        return self._ring.mark("gate", "work")

    def _signed(self, what: str, moment: int) -> str:
        return f"{moment:x}.{self._ring.mark('gate', f'{what} {moment}').hex()}"

    def _moment(self, what: str, signed: str) -> int | None:
        """The moment that was signed for this; None when it was not, or was changed."""
        if len(signed) > _LONGEST_SIGNED:
            return None
        try:
            moment = int(signed.partition(".")[0], 16)
        except ValueError:
            return None
        return moment if hmac.compare_digest(signed.encode(), self._signed(what, moment).encode()) else None

    def _now(self) -> int:
        return int(self._clock().timestamp())


def _first(fields: Fields, name: str) -> str:
    return next((one.strip() for one in fields.get(name, ()) if one.strip()), "")


def _told(key: str) -> str:
    """What a challenge says of the report it is for: its key is not repeated."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]
