"""`make train`: labelled texts in, the weights of the text reader out. The same in on the same machine, the same out.

1. A teacher, a pretrained language model, and a first network learn from the labels.
2. Both say what variations of the texts show.
3. The reader's network learns from the labels and from what the two said.
"""

import time
from pathlib import Path
from typing import Final

import click
import numpy as np
import torch

from training.network import Vocabulary
from training.stored import stored
from training.student import Said, guesses, teach
from training.teacher import Teacher, opinions, tune
from training.texts import learnt_atoms, learnt_reports, learnt_sentences, truth
from training.variations import Variations
from training.vectors import WordVectors

WEIGHTS: Final = Path(__file__).parents[1] / "service" / "reading" / "weights.npz"
_SEED: Final = 1
_TEACHER_TURNS: Final = 3
_FIRST_TURNS: Final = 20
_TURNS: Final = 10


@click.command()
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), default=WEIGHTS, show_default=True)
@click.option("--variations", default=60_000, show_default=True, help="How many texts the teacher labels.")
@click.option("--threads", default=2, show_default=True)
def train(out: Path, variations: int, threads: int) -> None:
    """Teach the text reader and write its weights: about an hour on two idle cores."""
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(mode=True)
    texts = learnt_sentences() + learnt_reports()
    atoms = learnt_atoms(texts)
    shown = truth(texts, atoms)
    vectors = WordVectors()
    vocabulary = Vocabulary(texts, vectors)
    click.echo(f"{len(texts):,} texts, {len(atoms)} facts, {len(vocabulary.words):,} words")
    first = teach(texts, shown, vocabulary, _FIRST_TURNS, _saying("first network"))
    teacher = Teacher(len(atoms))
    tune(teacher, texts, shown, _TEACHER_TURNS, _saying("teacher"))
    varied = Variations(texts, vectors, _SEED).make(variations)
    said = (opinions(teacher, varied, _saying("opinions")) + guesses(first, varied)) / 2
    network = teach([*texts, *varied], np.concatenate([shown, said]), vocabulary, _TURNS, _saying("network"))
    content = stored(network, atoms, texts)
    out.write_bytes(content)
    click.echo(f"{out} ({len(content) / 1e6:.1f} MB)")


def _saying(what: str) -> Said:
    started = time.monotonic()

    def say(how: str) -> None:
        click.echo(f"{(time.monotonic() - started) / 60:5.1f} min  {what}: {how}")

    return say


if __name__ == "__main__":
    train()
