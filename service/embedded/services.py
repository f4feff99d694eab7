"""PostgreSQL and Valkey together, for the length of a `with`."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec

from service.embedded.places import locked, prepare_places
from service.embedded.postgres import EmbeddedPostgres
from service.embedded.valkey import EmbeddedValkey


class Services(msgspec.Struct, frozen=True, kw_only=True):
    """What runs, and how to reach it. A part that was not asked for is None."""

    postgres: EmbeddedPostgres | None = None
    valkey: EmbeddedValkey | None = None

    @property
    def database_url(self) -> str:
        """For asyncpg: `postgresql://evenlode@/evenlode?host=<folder>`."""
        return "" if self.postgres is None else self.postgres.url

    @property
    def redis_url(self) -> str:
        """For redis-py: `unix://<socket>?db=0`."""
        return "" if self.valkey is None else self.valkey.url


@contextmanager
def embedded_services(
    state: Path,
    *,
    database: bool = True,
    broker: bool = True,
    postgres_settings: Mapping[str, str] | None = None,
    valkey_settings: Mapping[str, str] | None = None,
) -> Iterator[Services]:
    """Run the services on a state folder, ready when the block begins and stopped, data kept, when it ends.

    Raises StateInUse, StateUnusable, AccountMissing, EmbeddedPackagesMissing or ServiceFailed.
    """
    state = state.resolve()
    with locked(state), ExitStack() as stack:
        places = prepare_places(state)
        stack.callback(places.remove_sockets)
        postgres = EmbeddedPostgres(places, postgres_settings) if database else None
        valkey = EmbeddedValkey(places, valkey_settings) if broker else None
        started = [service for service in (postgres, valkey) if service is not None]
        for service in started:
            stack.callback(service.stop)
            service.spawn()
        for service in started:
            service.wait_ready()
        yield Services(postgres=postgres, valkey=valkey)
