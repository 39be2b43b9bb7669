"""Text of machine-readable zones, for training: the shape of ICAO Doc 9303's lines, not their meaning.

Half of the lines have the structure of a zone (names, fillers, numbers), half are characters by chance, so that the network learns
shapes and no language: what may stand where, and the check digits, are the decoder's business.
"""

import numpy as np

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<"
LETTERS = ALPHABET[10:36]
DIGITS = ALPHABET[:10]
# Pairs that are taken for each other get more than their share.
TWINS = "0OQD1I8B5S2Z6GMNHVYUCG"
LENGTHS = (30, 36, 44)


def draw(rng: np.random.Generator, length: int) -> str:
    """Returns a line of this length."""
    kind = rng.random()
    if kind < 0.25:
        return _names(rng, length)
    if kind < 0.5:
        return _data(rng, length)
    return _chance(rng, length)


def _word(rng: np.random.Generator, letters: str, longest: int) -> str:
    source = TWINS if rng.random() < 0.3 else letters
    return "".join(rng.choice(list(source), rng.integers(1, longest + 1)))


def _letters(rng: np.random.Generator, longest: int) -> str:
    return "".join(ch if ch in LETTERS else rng.choice(list(LETTERS)) for ch in _word(rng, LETTERS, longest))


def _names(rng: np.random.Generator, length: int) -> str:
    text = rng.choice(["P<", "I<", "V<", "PM", "ID", "AC", "PD"]) + _letters(rng, 1) + _letters(rng, 1) + _letters(rng, 1)
    text += _letters(rng, 12) + "<<"
    for _ in range(rng.integers(0, 4)):
        text += _letters(rng, 9) + "<"
    return text[:length].ljust(length, "<")


def _data(rng: np.random.Generator, length: int) -> str:
    digits = lambda n: "".join(rng.choice(list(DIGITS), n))
    number = _word(rng, LETTERS + DIGITS, 9).ljust(9, "<") if rng.random() < 0.7 else digits(9)
    text = number + digits(1) + _letters(rng, 3).ljust(3, "<") + digits(7) + rng.choice(list("MFX<")) + digits(7)
    if rng.random() < 0.5:
        text += _word(rng, LETTERS + DIGITS, 14)
    return text[: length - 2].ljust(length - 2, "<") + rng.choice(["<", digits(1)]) + digits(1)


def _chance(rng: np.random.Generator, length: int) -> str:
    fillers = rng.random() * 0.4
    source = list(TWINS) if rng.random() < 0.4 else list(ALPHABET[:36])
    text = rng.choice(source, length)
    text[rng.random(length) < fillers] = "<"
    return "".join(text)
