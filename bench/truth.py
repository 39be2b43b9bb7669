"""Who was right: answers against the truth, by the same rule for everybody."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

import mrz

# `certain` is menshen's own word for a wrong answer that it stood by: the one that must never be.
Verdict = Literal["right", "none", "wrong", "wrong, digits agree", "wrong, certain", "failed"]
FAILED: Verdict = "failed"


def judge_zone(answer: Any, lines: tuple[str, ...]) -> Verdict:
    """Judges the lines of a zone: a peer's list of lines, or menshen's JSON line."""
    if isinstance(answer, dict) and answer.get("error"):
        return FAILED
    zone = answer.get("mrz") if isinstance(answer, dict) else {"lines": answer, "certain": False} if answer else None
    if not zone:
        return "none"
    read = tuple(zone["lines"])
    if read == lines:
        return "right"
    if zone["certain"]:
        return "wrong, certain"
    return "wrong, digits agree" if mrz.check_digits_agree(read) else "wrong"


def fields_of(answer: Any) -> dict[str, str]:
    """Returns the fields of a peer's or menshen's answer to a card."""
    if not isinstance(answer, dict) or answer.get("error"):
        return {}
    if "fields" in answer:
        return {name: field["value"] for name, field in answer["fields"].items()}
    return answer


def right_fields(answer: Any, truth: Mapping[str, str]) -> set[str]:
    """Returns the names of the fields that are exactly as they should be."""
    read = fields_of(answer)
    return {name for name, value in truth.items() if read.get(name) == value}


def tally(verdicts: Iterable[str]) -> dict[str, int]:
    """Returns how often each verdict was given."""
    counts: dict[str, int] = {}
    for verdict in verdicts:
        counts[verdict] = counts.get(verdict, 0) + 1
    return counts


def similarity(a: list[float], b: list[float], metric: str) -> float:
    """Returns how alike two vectors are as menshen scores them: the cosine, or one less the distance."""
    if metric == "euclidean":
        return 1.0 - sum((p - q) ** 2 for p, q in zip(a, b)) ** 0.5
    length = sum(p * p for p in a) ** 0.5 * sum(q * q for q in b) ** 0.5
    return sum(p * q for p, q in zip(a, b)) / length
