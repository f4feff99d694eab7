"""Durable intake against the ceiling of the same server, and a lone request with and without group commit."""

import os
from collections.abc import Mapping
from pathlib import Path
from statistics import median

import psutil
from rich.progress import Progress
from rich.table import Table

from bench.load import Load, send, send_metered, served

CONNECTIONS = 64
_WARM, _SECONDS = 2, 8
_LONE_SECONDS = 4


def measure_intake(
    bodies: Path, port: int, environment: Mapping[str, str], rounds: int
) -> tuple[Table, float]:
    """Alternate the ceilings and the service; the ratio is that of the medians."""
    variants = ("ceiling", "checked", "durable")
    seen: dict[str, list[Load]] = {variant: [] for variant in variants}
    with Progress(transient=True) as bar:
        task = bar.add_task("Intake at 64 connections", total=rounds * len(variants))
        for _ in range(rounds):
            for variant in variants:
                with served(variant, port, environment) as (url, process):
                    send(url, bodies, connections=CONNECTIONS, seconds=_WARM)
                    seen[variant].append(
                        send_metered(url, bodies, process, connections=CONNECTIONS, seconds=_SECONDS)
                    )
                bar.advance(task)
    rate = {variant: median(load.per_second for load in loads) for variant, loads in seen.items()}
    table = Table(
        title=f"Intake, {CONNECTIONS} connections, {rounds} rounds of {_SECONDS} s", title_justify="left"
    )
    for column in ("variant", "reports/s (median)", "all rounds", "p50 ms", "p99 ms", "web CPU µs"):
        table.add_column(column, justify="left" if column == "variant" else "right")
    for variant, loads in seen.items():
        table.add_row(
            variant,
            f"{rate[variant]:,.0f}",
            " ".join(f"{load.per_second:,.0f}" for load in loads),
            f"{median(load.p50_us for load in loads) / 1000:.1f}",
            f"{median(load.p99_us for load in loads) / 1000:.1f}",
            f"{median(load.web_cpu_us for load in loads):.0f}",
        )
    table.add_row("durable ÷ ceiling", f"[bold]{rate['durable'] / rate['ceiling']:.2f}[/]", "", "", "", "")
    table.add_row("durable ÷ checked", f"{rate['durable'] / rate['checked']:.2f}", "", "", "", "")
    return table, rate["durable"] / rate["ceiling"]


def measure_lone(bodies: Path, port: int, environment: Mapping[str, str], rounds: int) -> tuple[Table, float]:
    """One connection: the median answer time of the service over that of a commit for each report."""
    seen: dict[str, list[Load]] = {"unbatched": [], "durable": []}
    with Progress(transient=True) as bar:
        task = bar.add_task("A lone request", total=rounds * len(seen))
        for _ in range(rounds):
            for variant, loads in seen.items():
                with served(variant, port, environment) as (url, _process):
                    send(url, bodies, connections=1, seconds=1)
                    loads.append(send(url, bodies, connections=1, seconds=_LONE_SECONDS))
                bar.advance(task)
    half = {variant: median(load.p50_us for load in loads) for variant, loads in seen.items()}
    table = Table(title="A lone request, median answer time", title_justify="left")
    table.add_column("variant")
    table.add_column("ms", justify="right")
    for variant, value in half.items():
        table.add_row(variant, f"{value / 1000:.2f}")
    ratio = half["durable"] / half["unbatched"]
    table.add_row("durable ÷ unbatched", f"[bold]{ratio:.2f}[/]")
    return table, ratio


def machine() -> str:
    """What it was measured on, in a line."""
    return f"{os.cpu_count()} cores, load {psutil.getloadavg()[0]:.1f}"
