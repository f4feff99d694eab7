"""Teaching the reader's network: from the labels, and from what a teacher thinks of texts that nobody labelled."""

import random
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

from training.network import Network, Vocabulary, batches
from training.texts import Text

Floats = npt.NDArray[np.float32]
_RATE: Final = 4e-3
_DECAY: Final = 0.02
_JOINED: Final = 0.3
"""So many texts more are two texts put together: what they show adds up."""
_SEED: Final = 0

Said = Callable[[str], None]


def teach(texts: Sequence[Text], shown: Floats, vocabulary: Vocabulary, turns: int, say: Said) -> Network:
    """A network that has seen every text `turns` times. `shown` has a row a text and a column a fact, from 0 to 1."""
    torch.manual_seed(_SEED)
    dice = random.Random(_SEED)  # noqa: S311 - nothing secret comes of it
    network = Network(vocabulary, shown.shape[1])
    decayed = [
        value
        for name, value in network.named_parameters()
        if value.dim() > 1 and not name.startswith(("words", "letters"))
    ]
    kept = {id(value) for value in decayed}
    others = [value for value in network.parameters() if id(value) not in kept]
    optimiser = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": _DECAY}, {"params": others, "weight_decay": 0.0}], lr=_RATE
    )
    joined = int(len(texts) * _JOINED)
    steps = turns * (-(-(len(texts) + joined) // 64))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, _RATE, total_steps=steps, pct_start=0.15)
    for turn in range(turns):
        network.train()
        pairs = [(dice.randrange(len(texts)), dice.randrange(len(texts))) for _ in range(joined)]
        some = [*texts, *(_together(texts[one], texts[other]) for one, other in pairs)]
        both = np.array([np.maximum(shown[one], shown[other]) for one, other in pairs], np.float32)
        truth = torch.from_numpy(np.concatenate([shown, both]) if joined else shown)
        total = 0.0
        for places, rows, marks, there in batches(some, vocabulary, dice):
            guess = network(rows, marks, there)
            loss = functional.binary_cross_entropy_with_logits(guess, truth[places], reduction="sum")
            optimiser.zero_grad()
            (loss / len(places)).backward()
            optimiser.step()
            schedule.step()
            total += loss.item()
        say(f"turn {turn + 1} of {turns}: {total / len(some):.3f} a text")
    return network.eval()


def guesses(network: Network, texts: Sequence[Text]) -> Floats:
    """How sure the network is of every fact in every text, from 0 to 1."""
    found = np.zeros((len(texts), network.head.out_features), np.float32)
    with torch.no_grad():
        for places, rows, marks, there in batches(texts, network.vocabulary):
            found[places] = torch.sigmoid(network(rows, marks, there)).numpy()
    return found


def _together(one: Text, other: Text) -> Text:
    return Text("", one.words + other.words, one.denied + other.denied, one.atoms | other.atoms)
