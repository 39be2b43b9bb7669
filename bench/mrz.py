"""Machine-readable zones from lines of recognised text: shape, position rules, check digits (ICAO Doc 9303, parts 3 to 7).

Every peer that returns raw text goes through this module, so that all of them have the same help.
"""

import re
from collections.abc import Sequence

Lines = tuple[str, ...]

# What may stand where: `a` a letter, `n` a digit, `x` either; the filler `<` may stand anywhere.
_NAMES_44 = "a" * 44
_NAMES_36 = "a" * 36
_NUMBER_TO_EXPIRY = "x" * 9 + "n" + "aaa" + "n" * 6 + "n" + "a" + "n" * 6 + "n"
FORMATS: dict[str, tuple[str, ...]] = {
    "TD3": (_NAMES_44, _NUMBER_TO_EXPIRY + "x" * 14 + "nn"),
    "MRVA": (_NAMES_44, _NUMBER_TO_EXPIRY + "x" * 16),
    "TD2": (_NAMES_36, _NUMBER_TO_EXPIRY + "x" * 7 + "n"),
    "MRVB": (_NAMES_36, _NUMBER_TO_EXPIRY + "x" * 8),
    "TD1": (
        "aaaaa" + "x" * 9 + "n" + "x" * 15,
        "n" * 6 + "n" + "a" + "n" * 6 + "n" + "aaa" + "x" * 11 + "n",
        "a" * 30,
    ),
}

_AS_LETTER = str.maketrans("01", "OI")
_AS_DIGIT = str.maketrans("OI", "01")
# What recognisers of general text write for signs of a zone.
_MEANT = {"«": "<<", "《": "<<", "‹": "<", "〈": "<", "＜": "<", "∪": "U"}
# A name line may be this much too long or too short: its fillers were miscounted. Lines of digits are never mended.
_FILLERS_OFF = 6


def find(rows: Sequence[str]) -> Lines | None:
    """Returns the zone among rows of text from top to bottom, or None.

    Rows that follow each other and have the lengths of a format are a zone. One whose check digits agree goes before
    one whose do not; among equals, the lower one on the page.
    """
    cleaned = [row for row in map(_clean, rows) if len(row) >= 24]
    found = [zone for first in range(len(cleaned)) if (zone := _zone_at(cleaned[first:]))]
    right = [zone for zone in found if check_digits_agree(zone)]
    best = right or found
    return best[-1] if best else None


def format_of(lines: Sequence[str]) -> str | None:
    """Returns the format that lines of these lengths have, or None."""
    lengths = [len(line) for line in lines]
    visa = bool(lines) and lines[0].startswith("V")
    if lengths == [44, 44]:
        return "MRVA" if visa else "TD3"
    if lengths == [36, 36]:
        return "MRVB" if visa else "TD2"
    return "TD1" if lengths == [30, 30, 30] else None


def by_position(lines: Lines) -> Lines:
    """Returns the lines with O and I where only letters may stand, and 0 and 1 where only digits may."""
    name = format_of(lines)
    if name is None:
        return lines
    return tuple("".join(map(_as, line, classes)) for line, classes in zip(lines, FORMATS[name], strict=True))


def check_digits_agree(lines: Lines) -> bool:
    """Tells whether every check digit of the zone is right."""
    name = format_of(lines)
    return name is not None and all(_agrees(data, digit) for data, digit in _checked(name, lines))


def check_digit(data: str) -> int:
    """Returns the check digit of `data` (weights 7, 3, 1; part 3, 4.9)."""
    return sum(_value(character) * (7, 3, 1)[place % 3] for place, character in enumerate(data)) % 10


def _clean(row: str) -> str:
    for sign, meant in _MEANT.items():
        row = row.replace(sign, meant)
    row = "".join(row.upper().split())
    return row if re.fullmatch(r"[A-Z0-9<]+", row) else ""


def _zone_at(rows: Sequence[str]) -> Lines | None:
    for width, count, names in ((44, 2, 0), (36, 2, 0), (30, 3, 2)):
        lines = [_fitted(row, width) if place == names else row for place, row in enumerate(rows[:count])]
        if len(lines) == count and "<" in lines[names] and all(len(line) == width for line in lines):
            return by_position(tuple(lines))
    return None


def _fitted(row: str, width: int) -> str:
    if not row.endswith("<") or abs(len(row) - width) > _FILLERS_OFF:
        return row
    return row.rstrip("<").ljust(width, "<")


def _as(character: str, place: str) -> str:
    table = {"a": _AS_LETTER, "n": _AS_DIGIT, "x": {}}[place]
    return character.translate(table)


def _value(character: str) -> int:
    if character == "<":
        return 0
    return int(character) if character.isdigit() else ord(character) - ord("A") + 10


def _agrees(data: str, digit: str) -> bool:
    if digit == "<":
        return not data.strip("<")
    return digit.isdigit() and check_digit(data) == int(digit)


def _checked(name: str, lines: Lines) -> list[tuple[str, str]]:
    """Returns what each check digit covers, and the digit."""
    if name == "TD1":
        first, second, _ = lines
        covered = first[5:] + second[:7] + second[8:15] + second[18:29]
        return [
            _td1_number(first),
            (second[:6], second[6]),
            (second[8:14], second[14]),
            (covered, second[29]),
        ]
    second = lines[1]
    checked = [(second[:9], second[9]), (second[13:19], second[19]), (second[21:27], second[27])]
    covered = second[:10] + second[13:20]
    if name == "TD3":
        checked += [(second[28:42], second[42]), (covered + second[21:43], second[43])]
    if name == "TD2":
        checked += [(covered + second[21:35], second[35])]
    return checked


def _td1_number(first: str) -> tuple[str, str]:
    """A number of more than nine characters goes on in the optional data, its check digit last (part 5, 4.2.2.1, note j)."""
    if first[14] != "<":
        return first[5:14], first[14]
    rest = first[15:].split("<")[0]
    return (first[5:14] + rest[:-1], rest[-1]) if rest else (first[5:14], "<")
