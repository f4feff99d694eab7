"""The named queries of this package."""

from functools import cache

from service.db.sql import load_queries


@cache
def query(name: str) -> str:
    """One of the queries of triage.sql and queue.sql."""
    queries = {**load_queries("service.triage", "triage.sql"), **load_queries("service.triage", "queue.sql")}
    return queries[name]
