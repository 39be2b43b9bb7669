"""Fields of the front of a PRC resident identity card from boxes of text: the part that a reader of general text leaves to its caller.

Values are written as menshen writes them: sex M or F, dates as YYYY-MM-DD, the lines of the address joined.
"""

import re
from collections.abc import Sequence

from rows import Box

_SEX = {"男": "M", "女": "F"}
_BIRTH = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")
_NUMBER = re.compile(r"\d{17}[\dX]")
_LABELS = ("姓名", "性别", "民族", "出生", "住址", "公民身份号码")
# The address stands in at most three lines; a line is at most this many heights below the one before.
_ADDRESS_LINES = 3
_LINE_STEP = 2.0


def fields(boxes: Sequence[Box]) -> dict[str, str]:
    """Returns the fields that were found."""
    found = {
        "name": _beside(boxes, "姓名"),
        "sex": _SEX.get(_beside(boxes, "性别")[:1]),
        "ethnicity": _beside(boxes, "民族"),
        "birth_date": _birth(boxes),
        "address": _address(boxes),
        "document_number": _number(boxes),
    }
    return {name: value for name, value in found.items() if value}


def _label(boxes: Sequence[Box], label: str) -> Box | None:
    return next((box for box in boxes if label in box.text), None)


def _beside(boxes: Sequence[Box], label: str) -> str:
    """Returns what follows a label: in its own box, or in the nearest box to the right on its row."""
    at = _label(boxes, label)
    if at is None:
        return ""
    rest = _before_next_label(at.text.split(label, 1)[1])
    if rest:
        return rest
    on_row = [box for box in boxes if box.left > at.left and abs(box.middle - at.middle) < 0.5 * at.height and box is not at]
    nearest = min(on_row, key=lambda box: box.left, default=None)
    return _before_next_label(nearest.text) if nearest else ""


def _before_next_label(text: str) -> str:
    ends = [text.index(label) for label in _LABELS if label in text]
    return text[: min(ends, default=len(text))].strip()


def _birth(boxes: Sequence[Box]) -> str | None:
    match = next((match for box in boxes if (match := _BIRTH.search(box.text.replace(" ", "")))), None)
    return "{}-{:0>2}-{:0>2}".format(*match.groups()) if match else None


def _number(boxes: Sequence[Box]) -> str | None:
    match = next((match for box in boxes if (match := _NUMBER.search(box.text.replace(" ", "").upper()))), None)
    return match.group() if match else None


def _address(boxes: Sequence[Box]) -> str:
    at = _label(boxes, "住址")
    first = _beside(boxes, "住址")
    if at is None or not first:
        return ""
    start = next(box for box in boxes if first in box.text)
    lines, last = [first], start
    below = sorted((box for box in boxes if box.middle > start.middle), key=lambda box: box.middle)
    for box in below:
        near = box.middle - last.middle < _LINE_STEP * start.height
        # The first line may begin with the label; further lines stand right of it.
        under = at.left + 1.5 * at.height < box.left < at.left + 6.0 * at.height and box.height < 1.6 * start.height
        if near and under and not any(label in box.text for label in _LABELS) and len(lines) < _ADDRESS_LINES:
            lines.append(box.text.strip())
            last = box
    return "".join(lines)
