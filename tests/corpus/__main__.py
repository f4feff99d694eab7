"""`make evaluate`: how well the shipped policy and readers decide the judged reports."""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import click
import msgspec
from rich.console import Console
from rich.progress import track
from rich.table import Table

from service.policy.load import load_policy
from service.settings import default_policy_folder
from tests.corpus.cases import PARTS, Part, cases_of
from tests.corpus.judge import Score, Verdict, judge, score

RECORDED: Final = Path(__file__).with_name("recorded.json")
_COLUMNS: Final = (
    "cases",
    "exact",
    "under",
    "far under",
    "over",
    "far over",
    "P1 missed",
    "missed",
    "wrongly told",
)


@click.command()
@click.option("--policy", type=click.Path(path_type=Path, file_okay=False), default=default_policy_folder)
@click.option(
    "--misses", type=click.Choice(PARTS), help="List every case of a part that did not come out right."
)
@click.option(
    "--record", is_flag=True, help="Keep the figures of the kept-back part as those to hold from now on."
)
def evaluate(policy: Path, misses: Part | None, *, record: bool) -> None:
    """Print, for both parts, how many grades are exact, too low and too high, and who was wrongly told or not told."""
    console = Console(width=max(Console().width, 118))
    loaded = load_policy(policy)
    verdicts = {
        part: judge(
            track(cases_of(part), f"Deciding {part.replace('_', ' ')}", console=console, transient=True),
            loaded,
        )
        for part in PARTS
    }
    console.print(_table("Both parts", {part.replace("_", " "): verdicts[part] for part in PARTS}))
    for part in PARTS:
        name = part.replace("_", " ")
        console.print(_table(f"By kind of reporter, {name}", _by(verdicts[part], "reporter")))
        console.print(_table(f"By concern ticked, {name}", _by(verdicts[part], "concern")))
    for part in PARTS:
        missed = [one for one in verdicts[part] if one.case.grade == "P1" and one.off < 0]
        console.print(f"[bold]P1 missed, {part.replace('_', ' ')}: {len(missed)}[/]")
        _list(console, missed)
    if misses is not None:
        console.print(f"[bold]Not right, {misses.replace('_', ' ')}[/]")
        _list(console, [one for one in verdicts[misses] if not one.right()])
    if record:
        figures = score(verdicts["kept_back"]).shares()
        RECORDED.write_bytes(msgspec.json.format(msgspec.json.encode(figures)) + b"\n")
        console.print(f"Recorded in {RECORDED.name}.")


def _by(verdicts: Iterable[Verdict], field: str) -> dict[str, list[Verdict]]:
    groups: defaultdict[str, list[Verdict]] = defaultdict(list)
    for one in verdicts:
        groups[msgspec.json.decode(one.case.report)[field]].append(one)
    return dict(sorted(groups.items()))


def _table(title: str, groups: dict[str, list[Verdict]]) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("")
    for column in _COLUMNS:
        table.add_column(column, justify="right")
    for name, verdicts in groups.items():
        if verdicts:
            table.add_row(name, *_cells(score(verdicts)))
    return table


def _cells(found: Score) -> list[str]:
    def share(number: int, whole: int) -> str:
        return f"{number} ({number / whole:.1%})" if number and whole else str(number)

    grades = (found.exact, found.under, found.far_under, found.over, found.far_over)
    return [
        str(found.cases),
        *(share(number, found.cases) for number in grades),
        f"{found.p1_missed} of {found.p1}",
        share(found.missed, found.due),
        share(found.wrong, found.told),
    ]


def _list(console: Console, verdicts: Iterable[Verdict]) -> None:
    for one in verdicts:
        body = msgspec.json.decode(one.case.report)
        words = body.pop("description", "")
        console.print(
            f"{one.number}: {one.case.grade}, decided {one.decision.grade}"
            + (f"; not told {', '.join(sorted(one.missed))}" if one.missed else "")
            + (f"; wrongly told {', '.join(sorted(one.wrong))}" if one.wrong else ""),
            style="bold",
            highlight=False,
        )
        console.print(f"   {words}", markup=False, highlight=False)
        console.print(f"   {msgspec.json.encode(body).decode()}", style="dim", markup=False, highlight=False)
        console.print(f"   judged: {one.case.why}", markup=False, highlight=False)
        because = {
            f"{evidence.atom} [{evidence.words}]"
            for reason in (
                *one.decision.reasons,
                *(why for told in one.decision.recipients for why in told.why),
            )
            for evidence in reason.because
            if evidence.origin == "text"
        }
        console.print(f"   read: {'; '.join(sorted(because))}", markup=False, highlight=False)


if __name__ == "__main__":
    evaluate()
