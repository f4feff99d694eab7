"""The reader's network while it learns (PyTorch)."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from service.reading.features import letters_of
from training.texts import Text
from training.vectors import WordVectors

WIDTH: Final = 64
"""Numbers a word."""
_SIGNS: Final = 96
_ALONE: Final = 160
_JOINED: Final = 256
REACH: Final = (1, 2, 4)
_LETTERS: Final = 8192
_SOUGHT: Final = 4
_BATCH: Final = 64
_FAR_BELOW: Final = 1e4


class Vocabulary:
    """The words that have a vector of their own: those of the texts, and those of the word vectors' own vocabulary.

    Row 0 stands for every other word.
    """

    def __init__(self, texts: Sequence[Text], vectors: WordVectors) -> None:
        uses = Counter(word for one in texts for word in one.words)
        self.words = ["", *sorted(uses), *sorted(set(vectors.whole_words()) - uses.keys())]
        self.rows = {word: row for row, word in enumerate(self.words)}
        self.sought = sorted(word for word, number in uses.items() if word.isalpha() and number >= _SOUGHT)
        self.letters = [letters_of(word, _LETTERS) if word else [] for word in self.words]
        english = Counter(word for one in texts if one.english for word in one.words)
        self.english = [english[word] > 1 for word in self.words]
        self._vectors = vectors

    def first_vectors(self) -> npt.NDArray[np.float32]:
        """What is known of the words before learning: the directions in which their vectors differ most."""
        table = np.array([self._vectors.of(word) if word else self._vectors.of("#") for word in self.words])
        table[1:] -= table[1:].mean(axis=0)
        _, _, directions = np.linalg.svd(table[1:12_000], full_matrices=False)
        small = table @ directions[:WIDTH].T
        small[0] = 0
        return np.asarray(small / small[1:].std() * 0.3, np.float32)


class Network(nn.Module):
    """Words to log-odds of every fact; see `service.reading.reader` for the same without learning."""

    def __init__(self, vocabulary: Vocabulary, facts: int) -> None:
        super().__init__()
        self.vocabulary = vocabulary
        self.words = nn.Embedding(len(vocabulary.words), WIDTH)
        self.words.weight.data.copy_(torch.from_numpy(vocabulary.first_vectors()))
        self.letters = nn.EmbeddingBag(_LETTERS, WIDTH, mode="mean")
        self.letters.weight.data.normal_(0, 0.05)
        self.denied = nn.Parameter(torch.randn(WIDTH) * 0.1)
        widths = [WIDTH, *[_SIGNS] * len(REACH)]
        self.layers = nn.ModuleList(
            nn.Conv1d(width, _SIGNS, 3, padding=reach, dilation=reach)
            for width, reach in zip(widths, REACH, strict=False)
        )
        self.levels = nn.ModuleList(nn.BatchNorm1d(_SIGNS) for _ in REACH)
        self.alone = nn.Conv1d(WIDTH, _ALONE, 1)
        self.forget = nn.Dropout(0.3)
        strengths = 2 * _SIGNS + _ALONE
        self.head = nn.Linear(strengths, facts)
        self.head.bias.data.fill_(-3)
        self.join = nn.Linear(strengths, _JOINED)
        self.joined = nn.Linear(_JOINED, facts, bias=False)

    def forward(self, rows: Tensor, denied: Tensor, there: Tensor) -> Tensor:
        """Rows and marks of shape (texts, words); `there` is 1 where a word stands and 0 beyond the end of a text."""
        mask = there.unsqueeze(1)
        words = (self.vectors(rows) + denied.unsqueeze(-1) * self.denied).transpose(1, 2) * mask
        words = functional.dropout(words, 0.15, self.training)
        seen = words
        for number, (layer, level) in enumerate(zip(self.layers, self.levels, strict=True)):
            found = functional.relu(level(layer(self.forget(seen) if number else seen))) * mask
            seen = seen + found if number else found
        beyond = (mask - 1) * _FAR_BELOW
        strengths = torch.cat(
            [
                (seen + beyond).amax(-1),
                (functional.relu(self.alone(words)) + beyond).amax(-1),
                seen.sum(-1) / (3 * mask.sum(-1).sqrt()),
            ],
            1,
        )
        strengths = self.forget(strengths)
        joined = self.joined(self.forget(functional.relu(self.join(strengths))))
        return self.head(strengths) + joined

    def vectors(self, rows: Tensor) -> Tensor:
        """The vectors of words given by their rows: each word's own and its letters'."""
        some, places = torch.unique(rows, return_inverse=True)
        runs = [self.vocabulary.letters[row] for row in some.tolist()]
        starts = np.cumsum([0, *(len(run) for run in runs[:-1])])
        letters = self.letters(
            torch.tensor([one for run in runs for one in run] or [0]), torch.from_numpy(starts)
        )
        own = self.words(some)[places]
        if self.training:  # now and then a word must do with its letters, as an unknown one does
            own = own * (torch.rand(rows.shape) >= 0.1).unsqueeze(-1)
        return own + letters[places]


def batches(
    texts: Sequence[Text], vocabulary: Vocabulary, shuffled: random.Random | None = None
) -> Iterator[tuple[list[int], Tensor, Tensor, Tensor]]:
    """Texts of like length together: their places, and what `Network.forward` takes."""
    order = list(range(len(texts)))
    if shuffled:
        shuffled.shuffle(order)
    order.sort(key=lambda at: len(texts[at].words) + (shuffled.random() * 8 if shuffled else 0))
    groups = [order[at : at + _BATCH] for at in range(0, len(order), _BATCH)]
    if shuffled:
        shuffled.shuffle(groups)
    for group in groups:
        longest = max(len(texts[at].words) for at in group)
        rows = np.zeros((len(group), longest), np.int64)
        marks, there = np.zeros((2, len(group), longest), np.float32)
        for line, at in enumerate(group):
            length = len(texts[at].words)
            rows[line, :length] = [vocabulary.rows.get(word, 0) for word in texts[at].words]
            marks[line, :length] = texts[at].denied
            there[line, :length] = 1
        yield group, torch.from_numpy(rows), torch.from_numpy(marks), torch.from_numpy(there)
