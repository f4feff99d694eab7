"""How alike two texts are: near-identical ones are found by bands of a MinHash, and confirmed by what they share."""

import hashlib
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

NEAR_IDENTICAL: Final = 0.7
"""The share of word pairs in common from which two texts count as the same one told again."""
_LEAST_PAIRS: Final = 8
"""Shorter texts say too little to be known again: "noise again last night"."""
_BANDS: Final = 8
_ROWS: Final = 3
_MASK: Final = 0xFFFF_FFFF
# Multipliers and offsets of the 24 hash functions; odd, and drawn once.
_FUNCTIONS: Final = tuple(
    (
        int.from_bytes(hashlib.blake2b(b"multiplier %d" % row, digest_size=4).digest()) | 1,
        int.from_bytes(hashlib.blake2b(b"offset %d" % row, digest_size=4).digest()),
    )
    for row in range(_BANDS * _ROWS)
)

Pairs = frozenset[int]


def pairs_of(words: list[str]) -> Pairs:
    """The pairs of neighbouring words of a text, hashed; empty when there are too few to go by."""
    found = {
        int.from_bytes(hashlib.blake2b(f"{first} {second}".encode(), digest_size=4).digest())
        for first, second in pairwise(words)
    }
    return frozenset(found) if len(found) >= _LEAST_PAIRS else frozenset()


def bands_of(pairs: Pairs) -> Iterator[str]:
    """Bands of the MinHash. Two texts at the limit share one in 96 of 100 cases, unlike ones (3 in 10) in 20."""
    if not pairs:
        return
    lowest = [min((times * pair + plus) & _MASK for pair in pairs) for times, plus in _FUNCTIONS]
    for band in range(_BANDS):
        rows = lowest[band * _ROWS : (band + 1) * _ROWS]
        yield f"{band}:{rows}"


def likeness(first: Pairs, second: Pairs) -> float:
    """The share of pairs in common (Jaccard), from 0 to 1."""
    if not first or not second:
        return 0.0
    return len(first & second) / len(first | second)
