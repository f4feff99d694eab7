"""The named queries of this package."""

from functools import cache

from service.db.sql import load_queries


@cache
def query(name: str) -> str:
    """One of the queries of this package's files."""
    for file in ("triage.sql", "queue.sql", "surroundings.sql"):
        queries = load_queries("service.triage", file)
        if name in queries:
            return queries[name]
    raise KeyError(name)
