"""What a replay found, as tables for a person to read."""

from collections import Counter
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from service.policy.releases.comparing import Changed, Tally
from service.policy.vocabulary import GRADES

_MOST_CONCERNS: Final = 10
_SIGN_STYLES: Final = {"+": "green", "-": "red", "~": "yellow"}


def print_summary(console: Console, tally: Tally, *, versions: bool = True) -> None:
    """Counts only: what stays, which grades and recipients change, and for which concerns."""
    share = f" ({tally.same / tally.compared:.1%})" if tally.compared else ""
    console.print(
        f"{tally.reports:,} reports: {tally.compared:,} decided again, {tally.same:,} the same{share},"
        f" {tally.altered:,} with another grade or other recipients.",
        soft_wrap=True,
    )
    for reason, count in tally.left_out.most_common():
        console.print(f"{count:,} cannot be replayed: {reason}.", soft_wrap=True)
    if tally.later or tally.advised:
        console.print(
            f"Of the same ones {tally.later:,} have another due time, {tally.advised:,} other advice or clocks.",
            soft_wrap=True,
        )
    if versions and tally.versions:
        said = ", ".join(f"{version} ({count:,})" for version, count in tally.versions.most_common())
        console.print(f"Stored decisions were made under {said}.", soft_wrap=True)
    fallen = sum(count for (was, now), count in tally.grades.items() if was == "P1" and now != "P1")
    if fallen:
        reports = "1 report that is P1 now" if fallen == 1 else f"{fallen:,} reports that are P1 now"
        console.print(
            Text(f"WARNING: {reports} would no longer be.", style="bold white on red"), soft_wrap=True
        )
    if tally.altered:
        console.print("Grades now (rows) and then (columns):", style="bold")
        console.print(_grades(tally))
        _counts(console, "Told in addition", tally.added)
        _counts(console, "No longer told", tally.removed)
        _counts(console, "Told at another tier", tally.tiers)
        console.print("Concerns most changed:", style="bold")
        console.print(_concerns(tally))


def print_changes(console: Console, tally: Tally) -> None:
    """The single changes, the most serious first, with what made the difference."""
    for changed in tally.changes:
        console.print()
        style = "bold red" if changed.falls else "bold"
        console.print(Text(_headline(changed), style=style), soft_wrap=True)
        for difference in changed.because:
            # A reporter's words are printed as they are, never read as markup.
            console.print(
                Text(f"    {difference.sign} {difference.says}", style=_SIGN_STYLES[difference.sign]),
                soft_wrap=True,
            )
    if len(tally.changes) < tally.altered:
        console.print(
            f"\n{tally.altered - len(tally.changes):,} further changes are not listed; --limit lists more."
        )


def _headline(changed: Changed) -> str:
    grade = changed.was if changed.was == changed.now else f"{changed.was} → {changed.now}"
    loud = "P1 WOULD FALL  " if changed.was == "P1" and changed.falls else ""
    told = [f"+{code}" for code in changed.added] + [f"-{code}" for code in changed.removed] + changed.tiers
    return f"{loud}{changed.reference}  {grade}  {changed.concern}" + (f"  {' '.join(told)}" if told else "")


def _grades(tally: Tally) -> Table:
    table = _table()
    table.add_column("")
    for grade in GRADES:
        table.add_column(grade, justify="right")
    for place, was in enumerate(GRADES):
        cells = []
        for column, now in enumerate(GRADES):
            count = tally.grades[was, now]
            style = "" if not count or column == place else "red" if column > place else "green"
            cells.append(Text(f"{count:,}" if count else "·", style=style))
        table.add_row(was, *cells)
    return table


def _counts(console: Console, title: str, counts: Counter[str]) -> None:
    if counts:
        said = ", ".join(f"{code} ({count:,})" for code, count in counts.most_common())
        console.print(f"{title}: {said}.", soft_wrap=True)


def _concerns(tally: Tally) -> Table:
    table = _table()
    table.add_column("ticked concern")
    for heading in ("reports", "changed", "less urgent", "more urgent", "others told"):
        table.add_column(heading, justify="right")
    worst = sorted(
        ((name, count) for name, count in tally.concerns.items() if count.changed),
        key=lambda item: (-item[1].changed, item[0]),
    )
    for name, count in worst[:_MOST_CONCERNS]:
        numbers = (count.reports, count.changed, count.fall, count.rise, count.rerouted)
        table.add_row(name, *(f"{number:,}" for number in numbers))
    return table


def _table() -> Table:
    return Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))


def as_json(tally: Tally) -> dict[str, object]:
    """The same for a program."""
    return {
        "reports": tally.reports,
        "compared": tally.compared,
        "same": tally.same,
        "changed": tally.altered,
        "other_due": tally.later,
        "other_advice_or_clocks": tally.advised,
        "not_replayed": dict(tally.left_out),
        "stored_policies": dict(tally.versions),
        "grades": [
            {"was": was, "now": now, "reports": count} for (was, now), count in sorted(tally.grades.items())
        ],
        "recipients_added": dict(tally.added),
        "recipients_removed": dict(tally.removed),
        "tiers": dict(tally.tiers),
        "concerns": tally.concerns,
        "changes": [
            {
                "reference": changed.reference,
                "received_at": changed.received_at,
                "concern": changed.concern,
                "was": changed.was,
                "now": changed.now,
                "recipients_added": changed.added,
                "recipients_removed": changed.removed,
                "tiers": changed.tiers,
                "because": changed.because,
            }
            for changed in tally.changes
        ],
    }
