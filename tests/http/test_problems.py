"""Everything refused is refused in one shape, and each type can be looked up."""

import httpx
import pytest

from service.app import create_app
from service.errors import PolicyError, SettingsError
from service.settings import Settings, load_settings
from tests.web import METRICS_TOKEN, Shared, problem


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/v1/reports", 405),
        ("DELETE", "/v1/reports", 405),
        ("GET", "/problems/no-such-problem", 404),
        ("GET", "/problems/http-999", 404),
        ("GET", "/problems/http-x", 404),
        ("GET", "/problems/settings", 404),
    ],
)
async def test_what_the_framework_refuses_is_a_problem_too(
    shared: Shared, method: str, path: str, status: int
) -> None:
    answer = await shared.http.request(method, path)
    assert answer.status_code == status
    document = problem(answer)
    assert document["type"] == f"/problems/http-{status}"
    assert document["detail"]
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "code",
    [
        "report-malformed",
        "report-invalid",
        "idempotency-key-invalid",
        "idempotency-key-reused",
        "storage-unavailable",
        "http-404",
        "http-413",
        "http-415",
    ],
)
async def test_each_type_can_be_looked_up(shared: Shared, code: str) -> None:
    answer = await shared.http.get(f"/problems/{code}")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.text.startswith(code)
    assert len(answer.text) > len(code) + 10


async def test_without_a_live_channel_the_service_refuses_to_start_outside_the_demo(
    web_environ: dict[str, str],
) -> None:
    with pytest.raises(PolicyError, match="no live channel"):
        create_app(load_settings({**web_environ, "EVENLODE_DEMO": ""}))


async def test_without_keys_the_service_refuses_to_start(web_environ: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="evenlode keys init"):
        create_app(load_settings({**web_environ, "EVENLODE_KEY_FILE": "/nowhere/keys.json"}))


async def test_tracebacks_stay_off_whatever_the_environment_says(
    web_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LITESTAR_DEBUG", "1")
    assert create_app(web_settings).debug is False


async def test_only_the_holder_of_the_token_reads_the_metrics(shared: Shared) -> None:
    for header in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": METRICS_TOKEN}):
        answer: httpx.Response = await shared.http.get("/metrics", headers=header)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        problem(answer)
