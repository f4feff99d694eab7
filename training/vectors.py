"""Static word vectors from the package `wordllama` (MIT), used in training only: words alike get weights alike."""

from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load
from tokenizers import Tokenizer

_BOUNDARY = "▁"  # how the vocabulary marks the beginning of a word


class WordVectors:
    """256 numbers a word; a word that is not in the vocabulary is the mean of its parts."""

    def __init__(self) -> None:
        package = files("wordllama")
        weights = load(package.joinpath("weights/l2_supercat_256.safetensors").read_bytes())
        self._table = next(iter(weights.values())).astype(np.float32)
        self._tokenizer = Tokenizer.from_str(
            package.joinpath("tokenizers/l2_supercat_tokenizer_config.json").read_text(encoding="utf-8")
        )
        self.size = self._table.shape[1]
        self.of = cache(self._of)

    def whole_words(self) -> list[str]:
        """Every lower-case word of three letters or more that the vocabulary holds whole."""
        vocabulary = self._tokenizer.get_vocab()
        words = {token[1:] for token in vocabulary if token.startswith(_BOUNDARY)}
        return sorted(word for word in words if len(word) > 2 and word.isalpha() and word.islower())

    def _of(self, word: str) -> npt.NDArray[np.float32]:
        parts = self._tokenizer.encode(word, add_special_tokens=False).ids if word.isalpha() else []
        if not parts:
            return np.zeros(self.size, np.float32)
        mean: npt.NDArray[np.float32] = self._table[parts].mean(axis=0)
        return mean
