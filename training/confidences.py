"""`make confidences`: choose how sure the sentence reader must be of each fact, on the working part of the corpus.

One confidence after the other is moved to where the decisions cost least, and again until nothing moves. A missed P1
costs most, then any grade too low; a grade too high by one costs least. The kept-back part is not read.
"""

from collections.abc import Iterable
from math import exp
from pathlib import Path
from typing import Final

import click
import msgspec
import numpy as np
from rich.console import Console
from rich.progress import track

from service.intake.facts import gather
from service.intake.normalise import normalise
from service.policy.load import load_policy
from service.policy.model import Policy
from service.reading.sentences import shipped_reader
from service.reading.words import tokens_of
from service.routing.decide import decide
from service.routing.model import Evidence, Known
from service.settings import default_policy_folder
from tests.corpus.cases import Case, cases_of
from tests.corpus.judge import RECEIVED

_STEPS: Final = (0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
_START: Final = 0.5
_START_BESIDE: Final = 0.8
_OPEN: Final = frozenset({"not_sure", "other"})
_MISSED_P1, _TOO_LOW, _TOO_HIGH, _FAR_TOO_HIGH, _NOT_TOLD, _WRONGLY_TOLD = 14.0, 7.0, 1.5, 4.0, 3.0, 2.0
_PULL: Final = 0.02
"""What a step away from the start costs, so that a confidence moves for a reason only."""

Slot = tuple[str, bool]
"""An atom, and whether the concern is open; facts that are no concern have one slot, False."""


class Prepared:
    """One case with everything but the sentence reader's facts, and how sure the reader is of each."""

    def __init__(self, case: Case, policy: Policy) -> None:
        report, _ = normalise(case.decoded(), RECEIVED)
        self.case = case
        self.known = gather(report, msgspec.structs.replace(policy, confidences={}), RECEIVED)
        reader = shipped_reader()
        tokens = reader.spelling.mended(tokens_of(report.description)) if report.description else []
        everything = np.full(len(reader.atoms), -np.inf, np.float32)
        is_open = report.concern in _OPEN
        self.sure: dict[Slot, float] = {
            (read.atom, is_open and read.atom.startswith("concern=")): 1 / (1 + exp(-read.score))
            for read in reader.read(tokens, everything)
        }

    def cost(self, sure: dict[Slot, float], policy: Policy) -> float:
        """What the decision costs under these confidences."""
        shown = [
            Evidence(slot[0], "text") for slot, least in sure.items() if self.sure.get(slot, 0.0) >= least
        ]
        known = Known(
            self.known.concern, [*self.known.evidence, *shown], self.known.times, named=self.known.named
        )
        decision = decide(known, policy, RECEIVED)
        off = int(self.case.grade[1]) - int(decision.grade[1])
        told = {recipient.code for recipient in decision.recipients}
        return (
            _NOT_TOLD * len(self.case.must - told)
            + _WRONGLY_TOLD * len(told - self.case.must - self.case.may)
            + (-off * _TOO_LOW + (_MISSED_P1 if self.case.grade == "P1" else 0) if off < 0 else 0)
            + (0, _TOO_HIGH, _FAR_TOO_HIGH, 2 * _FAR_TOO_HIGH)[max(off, 0)]
        )


def choose(cases: Iterable[Case], policy: Policy, console: Console) -> dict[Slot, float]:
    """The cheapest confidences found."""
    prepared = [Prepared(case, policy) for case in cases]
    atoms = shipped_reader().atoms
    slots: list[Slot] = [(atom, False) for atom in atoms] + [
        (atom, True) for atom in atoms if atom.startswith("concern=")
    ]
    sure = {slot: _start(slot) for slot in slots}
    costs = [one.cost(sure, policy) for one in prepared]
    for turn in (1, 2, 3):
        moved = 0
        for slot in track(slots, f"Turn {turn}, cost {sum(costs):.1f}", console=console):
            concerned = [at for at, one in enumerate(prepared) if one.sure.get(slot, 0.0) >= _STEPS[0]]
            if not concerned:
                continue
            best, kept = sum(costs[at] for at in concerned) + _pull(slot, sure[slot]), sure[slot]
            chosen: dict[int, float] = {}
            for step in _STEPS:
                tried = {at: prepared[at].cost({**sure, slot: step}, policy) for at in concerned}
                total = sum(tried.values()) + _pull(slot, step)
                if total < best - 1e-9:
                    best, kept, chosen = total, step, tried
            if chosen:
                moved += 1
                sure[slot] = kept
                for at, cost in chosen.items():
                    costs[at] = cost
        console.print(f"turn {turn}: {moved} moved, cost now {sum(costs):.1f}")
        if not moved:
            break
    return sure


def _start(slot: Slot) -> float:
    return _START_BESIDE if slot[0].startswith("concern=") and not slot[1] else _START


def _pull(slot: Slot, step: float) -> float:
    return _PULL * abs(_STEPS.index(step) - _STEPS.index(_start(slot)))


def written(sure: dict[Slot, float]) -> str:
    """The confidences as entries of reading.toml."""
    entries = []
    for atom in shipped_reader().atoms:
        if atom.startswith("concern="):
            lines = f"sure = {sure[atom, True]}\nbeside = {sure[atom, False]}\n"
        else:
            lines = f"sure = {sure[atom, False]}\n"
        entries.append(f'[[reading]]\natom = "{atom}"\n{lines}')
    return "\n".join(entries)


@click.command()
@click.option("--policy", type=click.Path(path_type=Path, file_okay=False), default=default_policy_folder)
def confidences(policy: Path) -> None:
    """Choose the confidences and write them to the policy's reading.toml, below its opening words."""
    file = policy / "reading.toml"
    opening = file.read_text(encoding="utf-8").partition("[[reading]]")[0]
    sure = choose(cases_of("working"), load_policy(policy), Console())
    file.write_text(opening + written(sure), encoding="utf-8")


if __name__ == "__main__":
    confidences()
