"""How long one decision takes, in one thread, once warm."""

import time
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from rich.table import Table

from bench.bodies import bodies
from service.intake.classify import classify
from service.intake.decode import decode_report
from service.policy.load import load_policy

_LENGTH = 1000
_WARM = 200


def measure_decision(policy_folder: Path, count: int) -> tuple[Table, float, float]:
    """Decide many different reports once each, as sent and with their text drawn out to 1,000 characters.

    Returns the table, and median and p99 of the long ones in ms.
    """
    policy = load_policy(policy_folder)
    now = datetime.now(UTC)
    reports = [decode_report(body) for body in bodies(count)]
    texts = [report.description for report in reports]
    long = [
        msgspec.structs.replace(report, description=_drawn_out(texts, place))
        for place, report in enumerate(reports)
    ]
    table = Table(title=f"One decision, {count:,} different reports, one thread", title_justify="left")
    for column in ("text", "median ms", "p99 ms", "longest ms"):
        table.add_column(column, justify="left" if column == "text" else "right")
    middle = late = 0.0
    for name, some in (("as sent", reports), (f"{_LENGTH} characters", long)):
        took = []
        for report in some[:_WARM]:
            classify(report, policy, now)
        for report in some:
            started = time.perf_counter()
            classify(report, policy, now)
            took.append((time.perf_counter() - started) * 1000)
        took.sort()
        middle, late = took[len(took) // 2], took[int(len(took) * 0.99)]
        table.add_row(name, f"{middle:.3f}", f"{late:.3f}", f"{took[-1]:.3f}")
    return table, middle, late


def _drawn_out(texts: list[str], place: int) -> str:
    """Texts of the evening after one another, from one place on, to 1,000 characters."""
    drawn = ""
    while len(drawn) < _LENGTH:
        drawn += texts[place % len(texts)] + " "
        place += 7
    return drawn[:_LENGTH]
