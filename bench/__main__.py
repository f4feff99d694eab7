"""`make bench`: every figure is a ratio or a time of one run on one machine, with the durable settings on."""

import asyncio
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console

from bench.bodies import write_bodies
from bench.decision import measure_decision
from bench.intake import machine, measure_intake, measure_lone
from bench.lanes import measure_lanes
from bench.replay import measure_replay
from service.db.migrate import migrate
from service.embedded.services import embedded_services
from service.keys import ensure_key_ring
from service.settings import default_policy_folder

PARTS = ("intake", "lone", "decision", "lanes", "replay")


@click.command()
@click.argument("parts", nargs=-1, type=click.Choice(PARTS))
@click.option("--rounds", default=3, show_default=True, help="How often each variant is measured.")
@click.option(
    "--backlog", default=100_000, show_default=True, help="P4 notifications waiting in the lane test."
)
@click.option("--decisions", default=100_000, show_default=True, help="Stored decisions that are made again.")
def bench(parts: tuple[str, ...], rounds: int, backlog: int, decisions: int) -> None:
    """Measure the parts named, or all of them."""
    wanted = parts or PARTS
    console = Console()
    console.print(f"Measured on {machine()}; fsync and synchronous_commit on.")
    targets: list[tuple[str, float, str, bool]] = []
    if "decision" in wanted:
        table, middle, late = measure_decision(default_policy_folder(), 5_000)
        console.print(table)
        targets.append(("one decision, 1,000 characters, median ms", middle, "≤ 1", middle <= 1))
        targets.append(("one decision, 1,000 characters, p99 ms", late, "≤ 3", late <= 3))
    if {"lone", "intake"} & set(wanted):
        with _installation() as environment:
            sent = write_bodies(Path(environment["EVENLODE_STATE"]) / "bodies.ndjson", 20_000)
            port = _free_port()
            if "lone" in wanted:
                table, ratio = measure_lone(sent, port, environment, rounds)
                console.print(table)
                targets.append(("lone request ÷ unbatched", ratio, "≤ 1.3", ratio <= 1.3))
            if "intake" in wanted:
                table, ratio = measure_intake(sent, port, environment, rounds)
                console.print(table)
                targets.append(("durable intake ÷ ceiling", ratio, "≥ 0.60", ratio >= 0.6))
    if "lanes" in wanted:
        # An installation of its own: what the intake was sent waits for a mail server that does not exist.
        with _installation() as environment:
            table, ratio = measure_lanes(_free_port(), environment, backlog)
            console.print(table)
            targets.append(("P1 hand-over, backlog ÷ none", ratio, "≤ 1.5", ratio <= 1.5))
    if "replay" in wanted:
        with _installation() as environment:
            keys = Path(environment["EVENLODE_STATE"]) / "keys.json"
            measure_replay(environment["DATABASE_URL"], keys, default_policy_folder(), decisions, console)
    for name, value, target, met in targets:
        console.print(
            f"{'[green]met[/]   ' if met else '[red]missed[/]'}  {name}: {value:.3f} (target {target})"
        )


@contextmanager
def _installation() -> Iterator[dict[str, str]]:
    """Fresh services with the settings they ship with; gives the environment of the processes to be measured."""
    state = Path(tempfile.mkdtemp(prefix="evenlode-bench-"))
    try:
        with embedded_services(state) as services:
            asyncio.run(migrate(services.database_url))
            ensure_key_ring(state / "keys.json")
            yield {
                "DATABASE_URL": services.database_url,
                "REDIS_URL": services.redis_url,
                "EVENLODE_STATE": str(state),
                "EVENLODE_DEMO": "1",
                "OPENBLAS_NUM_THREADS": "1",  # as the supervisor and the image set it
                # Nobody listens there; it lets the shipped recipients have their e-mail channel.
                "SMTP_URL": "smtp://127.0.0.1:9",
            }
    finally:
        shutil.rmtree(state, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


# The processes of the replay import this module again; they must not start another bench.
if __name__ == "__main__":
    bench()
