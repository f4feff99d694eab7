"""What signing in works with, made by the composition root."""

import msgspec
from redis.asyncio import Redis

from service.access.oidc import Provider
from service.access.site import Site, site_of
from service.access.throttle import Throttle
from service.clock import Clock
from service.keys import KeyRing
from service.networks import Networks
from service.settings import Settings


class Desk(msgspec.Struct, frozen=True, kw_only=True):
    """The running parts of access."""

    site: Site
    ring: KeyRing
    throttle: Throttle
    networks: Networks
    provider: Provider | None
    """The identity provider; None where none is set."""
    clock: Clock


def desk_of(settings: Settings, redis: Redis, ring: KeyRing, clock: Clock) -> Desk:
    """Put the parts together."""
    site = site_of(settings)
    back = f"{settings.public_url}/desk/sign-in/provider/back"
    return Desk(
        site=site,
        ring=ring,
        throttle=Throttle(redis),
        networks=Networks(redis=redis, ring=ring, clock=clock, proxies=settings.proxies),
        provider=None if settings.oidc is None else Provider(settings.oidc, back),
        clock=clock,
    )
