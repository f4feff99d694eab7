"""`make confidences`: choose how sure the text reader must be of each fact, on reports that it did not learn from.

All begin at the values that serve best when they are the same for every fact. Then one after the other is moved to
where the decisions cost least, and again until nothing moves. A missed P1 costs most, then any grade too low; a grade
too high by one costs least. The kept-back part of the corpus is not read.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Final, NamedTuple

import click
import msgspec
import numpy as np
from rich.console import Console
from rich.progress import track

from service.intake.detect import TIME_TOLD, Words, read_language, read_registrations
from service.intake.facts import gather
from service.intake.normalise import normalise
from service.intake.phrases import phrases_in
from service.policy.load import load_policy
from service.policy.model import Policy
from service.reading.reader import shipped_reader
from service.routing.decide import decide
from service.routing.model import Decision, Evidence, Known
from service.settings import default_policy_folder
from tests.corpus.judge import RECEIVED
from training.kept import Kept, kept

_STEPS: Final = (0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
_PHRASE_STEPS: Final = (0.0, 0.003, 0.01, 0.03, 0.1)
_STARTS: Final = tuple(
    product((0.2, 0.25, 0.3, 0.4), (0.3, 0.4, 0.5, 0.6, 0.7, 0.8), (0.0, 0.003, 0.01, 0.03))
)
"""What is tried for all facts at once: alone, for a concern beside another, for a phrase."""
_SHORT: Final = 0.3
"""How sure the reader must be at least in a short text, where the policy says nothing of it."""
_OPEN: Final = frozenset({"not_sure", "other"})
_MISSED_P1, _TOO_LOW, _TOO_HIGH, _FAR_TOO_HIGH, _NOT_TOLD, _WRONGLY_TOLD = 14.0, 7.0, 2.0, 6.0, 3.0, 2.5
_PULL: Final = 2.0
"""What a step away from the start costs, so that a confidence moves for several reports and not for one."""

Slot = tuple[str, str]
"""An atom, and when: "alone", "beside" (a concern beside the one ticked) or "phrase"."""


class Prepared:
    """One report with everything but what its words show, and how sure the reader is of each fact."""

    def __init__(self, one: Kept, policy: Policy) -> None:
        report, _ = normalise(one.report, RECEIVED)
        self._kept = one
        self._known = gather(msgspec.structs.replace(report, description=""), policy, RECEIVED)
        self._open = {"concern": report.concern in _OPEN, "happening": report.happening is None}
        words = Words.of(report, policy)
        self.phrases = sorted(phrases_in(words.mended, policy.phrases, policy.aside)) if words.tokens else []
        if any(atom.startswith("happening=") for atom in self.phrases):
            self.phrases.append(TIME_TOLD)
        self.short = words.short
        self.sure: dict[str, float] = {}
        if words.look is not None:
            sure = 1 / (1 + np.exp(-words.look.scores))
            self.sure = {
                atom: 0.0 if sure >= _STEPS[0] and words.denies(column, policy) else sure
                for column, (atom, sure) in enumerate(zip(shipped_reader().atoms, sure.tolist(), strict=True))
            }
            self.sure[TIME_TOLD] = max(
                sure for atom, sure in self.sure.items() if atom.startswith("happening=")
            )
            self._known.evidence.extend([*read_registrations(words, policy), *read_language(words, policy)])

    def _when(self, atom: str) -> str:
        """Whether the reporter left open what the atom tells, or it stands beside what they ticked."""
        return "alone" if self._open.get(atom.partition("=")[0], True) else "beside"

    def slots(self) -> list[Slot]:
        """What the decision may depend on."""
        when = {atom: self._when(atom) for atom in self.sure}
        alone = [(atom, when[atom]) for atom, sure in self.sure.items() if sure >= _STEPS[0]]
        return alone + [(atom, "phrase") for atom in self.phrases if not self.short and atom in self.sure]

    def decision(self, needed: Mapping[Slot, float], policy: Policy) -> Decision:
        """The decision under these confidences."""
        shown = [
            atom
            for atom in self.phrases
            if self.short or atom not in self.sure or self.sure[atom] >= needed[atom, "phrase"]
        ]
        for atom, sure in self.sure.items():
            when = self._when(atom)
            if sure >= (max(needed[atom, when], _short(atom, policy)) if self.short else needed[atom, when]):
                shown.append(atom)
        evidence = [*self._known.evidence, *(Evidence(atom, "text") for atom in shown)]
        known = Known(self._known.concern, evidence, self._known.times, named=self._known.named)
        return decide(known, policy, RECEIVED)

    def cost(self, needed: Mapping[Slot, float], policy: Policy) -> float:
        """What the decision costs under these confidences."""
        decision = self.decision(needed, policy)
        right = self._kept
        off = int(right.grade[1]) - int(decision.grade[1])
        told = {recipient.code for recipient in decision.recipients}
        return (
            _NOT_TOLD * len(right.must - told)
            + _WRONGLY_TOLD * len(told - right.must - right.may)
            + (-off * _TOO_LOW + (_MISSED_P1 if right.grade == "P1" else 0) if off < 0 else 0)
            + (0, _TOO_HIGH, _FAR_TOO_HIGH, 2 * _FAR_TOO_HIGH)[max(off, 0)]
        )


class Figures(NamedTuple):
    """How a number of reports came out, as shares; `p1` is a number."""

    exact: float
    under: float
    far_over: float
    p1: int


def figures(some: Sequence[Prepared], needed: Mapping[Slot, float], policy: Policy) -> Figures:
    """How the reports come out under these confidences."""
    grades = [(one._kept.grade, one.decision(needed, policy).grade) for one in some]  # noqa: SLF001 - the same module
    off = [int(right[1]) - int(decided[1]) for right, decided in grades]
    return Figures(
        sum(one == 0 for one in off) / len(off),
        sum(one < 0 for one in off) / len(off),
        sum(one > 1 for one in off) / len(off),
        sum(right == "P1" != decided for right, decided in grades),
    )


def choose(some: Sequence[Prepared], policy: Policy, console: Console) -> dict[Slot, float]:
    """The cheapest confidences found."""
    start = min(
        (_same(*values) for values in track(_STARTS, "The same for all", console=console, transient=True)),
        key=lambda needed: sum(one.cost(needed, policy) for one in some),
    )
    needed = dict(start)
    costs = [one.cost(needed, policy) for one in some]
    concerned: dict[Slot, list[int]] = {}
    for at, one in enumerate(some):
        for slot in one.slots():
            concerned.setdefault(slot, []).append(at)
    for turn in (1, 2, 3):
        moved = 0
        for slot in track(sorted(concerned), f"Turn {turn}", console=console, transient=True):
            places = concerned[slot]
            steps = _PHRASE_STEPS if slot[1] == "phrase" else _STEPS
            best = sum(costs[at] for at in places) + _pull(steps, needed[slot], start[slot])
            for step in steps:
                tried = [some[at].cost({**needed, slot: step}, policy) for at in places]
                total = sum(tried) + _pull(steps, step, start[slot])
                if total < best - 1e-9:
                    best, moved = total, moved + 1
                    needed[slot] = step
                    for at, cost in zip(places, tried, strict=True):
                        costs[at] = cost
        console.print(f"turn {turn}: {moved} moved, cost now {sum(costs):.1f}")
        if not moved:
            break
    return needed


def _short(atom: str, policy: Policy) -> float:
    """How sure the reader must be at least in a short text: as the policy says, where it says so."""
    confidence = policy.confidences.get(atom)
    return (confidence.short if confidence is not None else 0.0) or _SHORT


def _same(alone: float, beside: float, phrase: float) -> dict[Slot, float]:
    needed: dict[Slot, float] = {}
    for atom in (*shipped_reader().atoms, TIME_TOLD):
        needed |= {(atom, "alone"): alone, (atom, "beside"): beside, (atom, "phrase"): phrase}
    return needed


def _pull(steps: Sequence[float], step: float, start: float) -> float:
    return _PULL * abs(steps.index(step) - steps.index(start))


def written(needed: Mapping[Slot, float], policy: Policy) -> str:
    """The confidences as entries of reading.toml."""
    entries = []
    for atom in (*shipped_reader().atoms, TIME_TOLD):
        lines = [f'atom = "{atom}"', f"sure = {needed[atom, 'alone']}"]
        if atom.startswith(("concern=", "happening=")):
            lines.append(f"beside = {needed[atom, 'beside']}")
        short = _short(atom, policy)
        if needed[atom, "alone"] < short or needed[atom, "beside"] < short:
            lines.append(f"short = {short}")
        if needed[atom, "phrase"] and atom != TIME_TOLD:
            lines.append(f"phrase = {needed[atom, 'phrase']}")
        confidence = policy.confidences.get(atom)
        if confidence is not None and confidence.unless_denied:
            lines.append(f"unless_denied = {msgspec.json.encode(sorted(confidence.unless_denied)).decode()}")
        entries.append("\n".join(["[[reading]]", *lines, ""]))
    return "\n".join(entries)


@click.command()
@click.option("--policy", type=click.Path(path_type=Path, file_okay=False), default=default_policy_folder)
@click.option("--halves", is_flag=True, help="Only say how confidences chosen on one half do on the other.")
def confidences(policy: Path, *, halves: bool) -> None:
    """Choose the confidences and write them to the policy's reading.toml, below its opening words.

    `short` and `unless_denied` stay as they are.
    """
    console = Console()
    loaded = load_policy(policy)
    some = [Prepared(one, loaded) for one in kept(loaded)]
    if halves:
        for learnt, other in ((some[::2], some[1::2]), (some[1::2], some[::2])):
            chosen = choose(learnt, loaded, console)
            console.print(f"chosen on: {figures(learnt, chosen, loaded)}", highlight=False)
            console.print(f"other half: {figures(other, chosen, loaded)}", highlight=False)
        return
    file = policy / "reading.toml"
    opening = re.split(r"^\[\[reading\]\]", file.read_text(encoding="utf-8"), maxsplit=1, flags=re.MULTILINE)[
        0
    ]
    chosen = choose(some, loaded, console)
    console.print(f"{len(some):,} reports: {figures(some, chosen, loaded)}", highlight=False)
    file.write_text(opening + written(chosen, loaded), encoding="utf-8")


if __name__ == "__main__":
    confidences()
