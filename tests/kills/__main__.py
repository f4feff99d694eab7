"""`python -m tests.kills`: twenty rounds, one table, exit code 1 when anything was lost."""

import asyncio
import time

import click
from rich.console import Console, JustifyMethod
from rich.table import Table

from tests.kills.rounds import Campaign, Round, schedule
from tests.kills.stack import running_stack

_WIDTH = 150
"""Columns the table needs: in a narrower terminal its lines wrap, which is better than figures left out."""


@click.command()
@click.option("--rounds", type=click.IntRange(1, 1000), default=20, show_default=True)
@click.option("--seed", type=int, help="The same seed kills the same kinds in the same order.")
def kills(*, rounds: int, seed: int | None) -> None:
    """Kill one process under load at a random moment, round after round, and count what was kept."""
    seed = seed if seed is not None else time.time_ns() % 1_000_000
    console = Console()
    if console.width < _WIDTH:
        console = Console(width=_WIDTH)
    console.print(f"{rounds} kill rounds, seed {seed}")
    began = time.monotonic()
    done: list[Round] = []
    with running_stack() as stack:
        campaign = Campaign(stack, seed=seed)
        for number, victim in enumerate(schedule(rounds, seed), start=1):
            console.print(f"round {number} of {rounds}: {victim} … ", end="")
            done.append(asyncio.run(campaign.round(victim)))
            _tell(console, done[-1])
    console.print(_table(done, time.monotonic() - began))
    raise SystemExit(int(any(one.findings.faults for one in done)))


def _tell(console: Console, one: Round) -> None:
    found = one.findings
    console.print(
        f"{found.accepted} accepted, ready after {one.recovered_after:.1f} s, settled after {one.settled_after:.1f} s"
    )
    for fault in found.faults[:20]:
        console.print(f"  LOST: {fault}", style="bold red", markup=False, soft_wrap=True)


def _table(done: list[Round], seconds: float) -> Table:
    table = Table(title=f"{len(done)} kill rounds in {seconds:.0f} s", title_justify="left", show_footer=True)
    found = [one.findings for one in done]

    def total(name: str) -> str:
        return f"{sum(getattr(one, name) for one in found):,}"

    faults = sum(len(one.faults) for one in found)
    columns = {
        "round": "",
        "killed": "all",
        "accepted": total("accepted"),
        "repeated": f"{sum(one.repeats for one in done):,}",
        "stored": total("stored"),
        "made": total("made"),
        "delivered": total("delivered"),
        "arrived": total("arrived"),
        "copies": total("twice"),
        "books": "balanced" if all(one.balanced for one in found) else "NOT",
        "chain": "whole" if not faults else "see above",
        "ready s": f"{max(one.recovered_after for one in done):.1f}",
        "settled s": f"{max(one.settled_after for one in done):.1f}",
        "faults": str(faults),
    }
    for name, footer in columns.items():
        justify: JustifyMethod = "left" if name in {"killed", "books"} else "right"
        table.add_column(name, footer, justify=justify, no_wrap=True)
    for number, one in enumerate(done, start=1):
        found_here = one.findings
        table.add_row(
            str(number),
            one.victim,
            f"{found_here.accepted:,}",
            f"{one.repeats:,}",
            f"{found_here.stored:,}",
            f"{found_here.made:,}",
            f"{found_here.delivered:,}",
            f"{found_here.arrived:,}",
            f"{found_here.twice:,}",
            "balanced" if found_here.balanced else "NOT",
            f"{found_here.chain_entries:,}",
            f"{one.recovered_after:.1f}",
            f"{one.settled_after:.1f}",
            str(len(found_here.faults)),
        )
    table.caption = (
        "repeated: requests sent again with their key. made, delivered: notifications. arrived: e-mails and webhooks"
        " that reached their receiver. copies: second copies of those, recognised by their message id. chain: audit"
        " entries verified. ready s, settled s: seconds from the kill; their last line is the longest."
    )
    return table


if __name__ == "__main__":
    kills()
