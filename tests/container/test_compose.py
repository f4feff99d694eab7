"""What compose.yaml promises, read from the file itself. Nothing here starts a container."""

import json
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import click
import pytest
import yaml  # type: ignore[import-untyped]

from service.cli.main import evenlode
from service.embedded.plans import Plan, plans
from service.settings import load_settings

ROOT: Final = Path(__file__).resolve().parents[2]
TEXT: Final = (ROOT / "compose.yaml").read_text(encoding="utf-8")
COMPOSE: Final[dict[str, Any]] = yaml.safe_load(TEXT)
SERVICES: Final[dict[str, dict[str, Any]]] = COMPOSE["services"]
OURS: Final = [name for name, service in SERVICES.items() if service["image"].startswith("evenlode:")]
ONE_SHOT: Final = {"migrate", "keys"}
VARIABLE: Final = re.compile(r"(?<!\$)\$\{([A-Z_]+)(:[?-])?([^}]*)\}")

each_service = pytest.mark.parametrize("name", list(SERVICES))


def process_of(name: str) -> list[str]:
    """The command of a service; the web runs the image's own."""
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    image_command: list[str] = json.loads(re.findall(r"^CMD (\[.*\])$", dockerfile, re.MULTILINE)[-1])
    command: list[str] = SERVICES[name].get("command") or image_command
    return command


def plan(name: str) -> Plan:
    """How `make run` starts the same process."""
    return next(one for one in plans(load_settings({})) if one.name == name)


def options(command: list[str] | tuple[str, ...], *ignored: str) -> set[str]:
    return {part for part in command if part.startswith("--") and not part.startswith(ignored)}


@each_service
def test_every_service_has_limits_so_that_none_can_starve_the_others(name: str) -> None:
    assert set(SERVICES[name]["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}


@each_service
def test_every_service_runs_on_a_read_only_root_without_capabilities_or_new_privileges(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert "privileged" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]


@each_service
def test_every_lasting_service_is_asked_for_its_health_and_started_again(name: str) -> None:
    service = SERVICES[name]
    if name in ONE_SHOT:
        assert service["healthcheck"] == {"disable": True}
        return
    assert service["restart"] == "unless-stopped"
    # The web has the health check of the image.
    assert name == "web" or service["healthcheck"]["test"]


@each_service
def test_no_service_runs_as_root(name: str) -> None:
    # Ours take the image's account, which its own tests look at.
    assert name in OURS or SERVICES[name]["user"] not in {"", "root", "0", "0:0"}


@each_service
def test_every_image_is_pinned_to_a_version(name: str) -> None:
    tag = SERVICES[name]["image"].partition(":")[2]
    assert re.search(r"\d+\.\d+", tag)


@each_service
def test_a_published_port_is_reached_from_this_machine_only(name: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[name].get("ports", []))


def test_database_and_broker_have_no_way_in_or_out() -> None:
    assert COMPOSE["networks"]["inside"]["internal"] is True
    for name in ("postgres", "valkey"):
        assert SERVICES[name]["networks"] == ["inside"]
        assert "ports" not in SERVICES[name]


def test_no_password_has_a_value_that_anybody_could_know() -> None:
    secret = [found for found in VARIABLE.findall(TEXT) if re.search("PASSWORD|TOKEN|SECRET", found[0])]
    assert {name for name, _, _ in secret} >= {
        "POSTGRES_PASSWORD",
        "VALKEY_PASSWORD",
        "EVENLODE_WEB_PASSWORD",
    }
    # Without an identity provider there is none; with one, the settings refuse to start without it.
    beside = {("EVENLODE_OIDC_CLIENT_SECRET", ":-", "")}
    assert all(kind == ":?" for _, kind, _ in set(secret) - beside), "an unset password must stop the start"
    assert not re.search(r"^\s+[A-Z_]*(?:PASSWORD|TOKEN|SECRET)[A-Z_]*: (?!\$\{)", TEXT, re.MULTILINE)


def test_the_example_of_settings_names_every_variable_and_fills_in_none_that_must_be_chosen() -> None:
    example = (ROOT / "compose.example.env").read_text(encoding="utf-8")
    named = dict(re.findall(r"^#?([A-Z_]+)=(.*)$", example, re.MULTILINE))
    required = {name for name, kind, _ in VARIABLE.findall(TEXT) if kind == ":?"}
    optional = {name for name, kind, _ in VARIABLE.findall(TEXT) if kind == ":-"} - {
        "BASE_IMAGE",
        "EVENLODE_VERSION",
    }
    assert set(named) == required | optional
    assert all(named[name] == "" for name in required)


def test_the_demo_is_off_unless_somebody_turns_it_on() -> None:
    assert {rest for name, _, rest in VARIABLE.findall(TEXT) if name == "EVENLODE_DEMO"} == {"0"}


def test_the_database_logs_nothing_that_a_report_could_be_quoted_in() -> None:
    given = dict(part.removeprefix("--").partition("=")[::2] for part in SERVICES["postgres"]["command"][1:])
    assert given["log_statement"] == "none"
    assert given["log_min_duration_statement"] == "-1"
    assert given["log_min_messages"] == "log"
    assert given["log_min_error_statement"] == "panic"
    assert given["log_error_verbosity"] == "terse"
    assert given["log_parameter_max_length"] == given["log_parameter_max_length_on_error"] == "0"
    assert not {"fsync", "synchronous_commit", "full_page_writes"} & set(given), (
        "durability stays at its default"
    )


@pytest.mark.parametrize("name", OURS)
def test_every_command_names_something_that_exists(name: str) -> None:
    match process_of(name):
        case ["python", "-m", module]:
            assert find_spec(module) is not None
        case ["celery", "--app", module, *_]:
            assert find_spec(module) is not None
        case ["evenlode", *words]:
            command: click.Command | None = evenlode
            for word in words:
                assert isinstance(command, click.Group)
                command = command.get_command(click.Context(command), word)
            assert command is not None
        case ["granian", *_, application]:
            module, _, attribute = application.partition(":")
            assert attribute == "app"
            assert find_spec(module) is not None
        case other:
            pytest.fail(f"nobody knows what {other} starts")


@pytest.mark.parametrize(
    ("name", "at_home"),
    [
        ("web", "web"),
        ("relay", "relay"),
        ("worker-urgent", "urgent"),
        ("worker-routine", "routine"),
        ("worker-upkeep", "routine"),
        ("worker-patterns", "routine"),
        ("scheduler", "scheduler"),
    ],
)
def test_a_container_runs_its_process_as_make_run_does(name: str, at_home: str) -> None:
    ignored = ("--host", "--queues", "--concurrency", "--schedule", "--app")
    assert options(process_of(name), *ignored) == options(plan(at_home).command, *ignored)


def test_every_queue_is_served_by_one_worker() -> None:
    def queues(command: list[str] | tuple[str, ...]) -> list[str]:
        return [queue for part in command if part.startswith("--queues=") for queue in part[9:].split(",")]

    served = [queue for name in OURS for queue in queues(process_of(name))]
    assert sorted(served) == sorted(queues(plan("urgent").command) + queues(plan("routine").command))
    for name in OURS:
        if found := queues(process_of(name)):
            assert SERVICES[name]["healthcheck"]["test"][-len(found) :] == found


def test_only_the_web_and_what_compares_reports_can_read_the_key_ring_and_neither_can_change_it() -> None:
    mounts = {
        name: mount
        for name in OURS
        for mount in SERVICES[name].get("volumes", [])
        if mount.startswith("keys:")
    }
    assert set(mounts) == {"web", "worker-patterns", "keys"}
    assert mounts["web"].endswith(":ro")
    assert mounts["worker-patterns"].endswith(":ro")


def test_whoever_holds_the_keys_has_an_account_that_cannot_read_a_source() -> None:
    for name, login in {"web": "evenlode_web_login", "worker-patterns": "evenlode_pattern_login"}.items():
        assert SERVICES[name]["environment"]["DATABASE_URL"].startswith(f"postgresql://{login}:")
    assert SERVICES["worker-patterns"]["networks"] == ["inside"]


def test_a_process_with_a_way_out_has_no_account_that_could_read_a_source() -> None:
    outside = {name for name in OURS if "outside" in SERVICES[name].get("networks", [])}
    assert outside == {"web", "worker-urgent", "worker-routine"}
    for name in outside:
        account = (
            SERVICES[name]["environment"]["DATABASE_URL"].removeprefix("postgresql://").partition(":")[0]
        )
        assert account in {"evenlode_web_login", "evenlode_worker_login"}


def test_reports_are_taken_without_the_broker() -> None:
    assert set(SERVICES["web"]["depends_on"]) == {"migrate"}
    assert set(SERVICES["migrate"]["depends_on"]) == {"postgres"}
