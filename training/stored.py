"""A taught network as the service keeps it: whole numbers of one byte.

With these every sum in the service is a whole number that a 32-bit float holds exactly (255 · 127 · 352 < 2²⁴), in
whatever order it is added up. So the same text gives the same figures on every machine and beside whatever else is read
with it, which a decision that can be replayed needs.
"""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import torch

from service.reading.reader import with_neighbours
from training.network import REACH, Network, Vocabulary
from training.texts import Text

Floats = npt.NDArray[np.float32]
_LEVELS: Final = 255
_WEIGHTS: Final = 127
_TRIED: Final = 3_000
"""Texts by which the range of each sign is found."""


class Parts(NamedTuple):
    """The network's weights with levels folded into the layers, and letters into the words that are known."""

    vectors: Floats
    letters: Floats
    denied: Floats
    layers: list[Floats]
    biases: list[Floats]
    alone: Floats
    alone_bias: Floats
    head: Floats
    bias: Floats
    join: Floats
    join_bias: Floats
    joined: Floats


class _Ranges(NamedTuple):
    """The greatest value of each sign in the texts tried, as the worth of one of 255 levels."""

    seen: Floats
    alone: Floats
    common: Floats
    joined: Floats


def stored(network: Network, atoms: Sequence[str], texts: Sequence[Text]) -> bytes:
    """The content of the weights file. `texts` show the range of each sign: those learnt from will do."""
    return in_whole_numbers(parts_of(network), network.vocabulary, atoms, texts)


def in_whole_numbers(
    parts: Parts, vocabulary: Vocabulary, atoms: Sequence[str], texts: Sequence[Text]
) -> bytes:
    """The content of the weights file from weights that are no whole numbers yet."""
    ranges = _ranges(vocabulary, parts, texts[:: max(1, len(texts) // _TRIED)])
    # One unit a number of a word, so that a word's own range in it is used up.
    unit = np.abs(parts.vectors).max(axis=0) / _WEIGHTS
    arrays: dict[str, npt.NDArray[np.generic]] = {
        "vectors": _whole(parts.vectors / unit),
        "letters": _whole(parts.letters / unit),
        "denied": _whole(parts.denied / unit),
    }
    incoming = unit
    for number, (weights, bias) in enumerate(zip(parts.layers, parts.biases, strict=True)):
        three = np.concatenate([incoming] * 3)
        arrays |= _layer(f"layer{number}", weights * three[:, None], bias, ranges.seen)
        incoming = ranges.seen
    arrays |= _layer("alone", parts.alone * unit[:, None], parts.alone_bias, ranges.alone)
    strengths = np.concatenate([ranges.seen, ranges.alone, ranges.common])
    arrays["common_step"] = (ranges.seen / ranges.common).astype(np.float32)
    arrays |= _layer("join", parts.join * strengths[:, None], parts.join_bias, ranges.joined)
    nothing = np.ones(len(atoms), np.float32)
    arrays |= _layer("head", parts.head * strengths[:, None], parts.bias, nothing)
    arrays |= _layer("joined", parts.joined * ranges.joined[:, None], np.zeros_like(nothing), nothing)
    content = BytesIO()
    np.savez_compressed(
        content,
        words=_lines(vocabulary.words),
        atoms=_lines(atoms),
        sought=_lines(vocabulary.sought),
        english=np.array(vocabulary.english, np.uint8),
        reach=np.array(REACH, np.int8),
        **arrays,
    )
    return content.getvalue()


def parts_of(network: Network) -> Parts:
    """The weights of a network, in half precision, which is plenty."""
    network.eval()
    with torch.no_grad():
        vectors = network.vectors(torch.arange(len(network.vocabulary.words)))
        vectors[0] = 0
        layers, biases = [], []
        for layer, level in zip(network.layers, network.levels, strict=True):
            scale = level.weight / torch.sqrt(level.running_var + level.eps)
            weights = layer.weight * scale[:, None, None]  # (signs, width, 3)
            layers.append(torch.cat([weights[:, :, beside].T for beside in range(3)]).numpy())
            biases.append(((layer.bias - level.running_mean) * scale + level.bias).numpy())
        parts = Parts(
            vectors=vectors.numpy(),
            letters=network.letters.weight.numpy(),
            denied=network.denied.numpy(),
            layers=layers,
            biases=biases,
            alone=network.alone.weight[:, :, 0].T.numpy(),
            alone_bias=network.alone.bias.numpy(),
            head=network.head.weight.T.numpy(),
            bias=network.head.bias.numpy(),
            join=network.join.weight.T.numpy(),
            join_bias=network.join.bias.numpy(),
            joined=network.joined.weight.T.numpy(),
        )
    return Parts(*(_halved(part) for part in parts))


def _halved(part: Floats | list[Floats]) -> Any:
    if isinstance(part, list):
        return [_halved(one) for one in part]
    return part.astype(np.float16).astype(np.float32)


def _ranges(vocabulary: Vocabulary, parts: Parts, texts: Sequence[Text]) -> _Ranges:
    rows = vocabulary.rows
    seen_most = np.zeros(len(parts.biases[0]), np.float32)
    alone_most = np.zeros(len(parts.alone_bias), np.float32)
    common_most, joined_most = np.zeros_like(seen_most), np.zeros(len(parts.join_bias), np.float32)
    for one in texts:
        words = parts.vectors[[rows.get(word, 0) for word in one.words]]
        words[list(one.denied)] += parts.denied
        seen = words
        for number, reach in enumerate(REACH):
            found = np.maximum(with_neighbours(seen, reach) @ parts.layers[number] + parts.biases[number], 0)
            seen = seen + found if number else found
        alone = np.maximum(words @ parts.alone + parts.alone_bias, 0)
        common = seen.sum(axis=0) / np.float32(3 * len(words) ** 0.5)
        strengths = np.concatenate([seen.max(axis=0), alone.max(axis=0), common])
        joined = np.maximum(strengths @ parts.join + parts.join_bias, 0)
        for most, now in (
            (seen_most, seen.max(axis=0)),
            (alone_most, alone.max(axis=0)),
            (common_most, common),
            (joined_most, joined),
        ):
            np.maximum(most, now, out=most)
    return _Ranges(
        *(np.maximum(most, 1e-3) / _LEVELS for most in (seen_most, alone_most, common_most, joined_most))
    )


def _layer(
    name: str, weights: Floats, bias: Floats, outgoing: Floats
) -> Mapping[str, npt.NDArray[np.generic]]:
    """Whole weights, a column a sign; what a whole sum is worth in levels of the sign; and the bias in levels."""
    step = np.abs(weights).max(axis=0) / _WEIGHTS
    step[step == 0] = 1
    return {
        name: _whole(weights / step),
        f"{name}_step": (step / outgoing).astype(np.float32),
        f"{name}_bias": (bias / outgoing).astype(np.float32),
    }


def _whole(values: Floats) -> npt.NDArray[np.int8]:
    return np.clip(np.rint(values), -_WEIGHTS, _WEIGHTS).astype(np.int8)


def _lines(values: Sequence[str]) -> npt.NDArray[np.uint8]:
    return np.frombuffer("\n".join(values).encode(), np.uint8)
