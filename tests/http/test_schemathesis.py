"""schemathesis, let loose on the served OpenAPI document of the real server, finds nothing."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

from tests.web import METRICS_TOKEN, served_by_granian

_EXAMPLES: Final = 75
# A position in the sea off Ghana or a number that cannot be rung fits any JSON schema and is still refused with 422.
_NOT_ASKED: Final = {"positive_data_acceptance"}


def _operations(url: str) -> Iterator[Any]:
    schema = schemathesis.openapi.from_url(f"{url}/schema/openapi.json")
    for found in schema.get_all_operations():
        operation: Any = found
        yield operation.ok()


def _explore(url: str) -> int:
    """Call every operation with sound and with spoilt data; returns how many calls were made."""
    load_all_checks()
    checks = [check for check in CHECKS.get_all() if check.__name__ not in _NOT_ASKED]
    calls = 0
    for operation in _operations(url):
        # What takes no body cannot be given a wrong one.
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)[: 1 + bool(list(operation.body))]:

            @settings(
                max_examples=_EXAMPLES if operation.method == "post" else 15,
                deadline=None,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy(generation_mode=mode))
            def call(case: Any) -> None:
                nonlocal calls
                calls += 1
                token = {"Authorization": f"Bearer {METRICS_TOKEN}"} if case.path == "/metrics" else {}
                case.call_and_validate(checks=checks, headers=token)

            call()
    return calls


@pytest.mark.slow
async def test_schemathesis_finds_nothing(web_environ: dict[str, str], tmp_path: Path) -> None:
    async with served_by_granian(web_environ, tmp_path / "web.log") as http:
        assert await asyncio.to_thread(_explore, str(http.base_url).rstrip("/")) > 2 * _EXAMPLES
