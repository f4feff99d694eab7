"""`make train`: labelled sentences in, the weights of the sentence reader out. The same in, the same out."""

from pathlib import Path
from typing import Final

import click

from training.fit import fit
from training.sentences import read_sentences

WEIGHTS: Final = Path(__file__).parents[1] / "service" / "reading" / "weights.npz"


@click.command()
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), default=WEIGHTS, show_default=True)
def train(out: Path) -> None:
    """Fit the classifiers and write their weights."""
    labelled = read_sentences()
    content = fit(labelled)
    out.write_bytes(content)
    click.echo(f"{len(labelled):,} sentences → {out} ({len(content) / 1e6:.1f} MB)")


if __name__ == "__main__":
    train()
