"""Boxes of recognised text to rows: what a reader of general text leaves to its caller."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Box:
    """A piece of text where it stands once the page is level, in pixels."""

    text: str
    left: float
    right: float
    middle: float
    height: float


def level(quads: np.ndarray, texts: Sequence[str]) -> list[Box]:
    """Returns the boxes turned by the slope that most of the longer ones share.

    `quads` has the shape (n, 4, 2): corners from the top left on, clockwise, in pixels.
    """
    quads = np.asarray(quads, dtype=float)
    if len(quads) == 0:
        return []
    along = quads[:, 1] - quads[:, 0]
    lengths = np.hypot(along[:, 0], along[:, 1])
    long = lengths >= np.median(lengths)
    slope = np.median(np.arctan2(along[long, 1], along[long, 0]))
    turn = np.array([[np.cos(slope), -np.sin(slope)], [np.sin(slope), np.cos(slope)]])
    boxes = []
    for quad, text in zip(quads @ turn, texts, strict=True):
        height = float(np.linalg.norm(quad[3] - quad[0]))
        left, right = float(quad[:, 0].min()), float(quad[:, 0].max())
        boxes.append(Box(text, left, right, float(quad[:, 1].mean()), height))
    return boxes


def rows(boxes: Sequence[Box]) -> list[str]:
    """Returns the text of each row, from top to bottom: boxes whose middles differ by less than half a height are one row."""
    grouped: list[list[Box]] = []
    for box in sorted(boxes, key=lambda box: box.middle):
        row = grouped[-1] if grouped else None
        if row and box.middle - row[0].middle < 0.5 * min(box.height, row[0].height):
            row.append(box)
        else:
            grouped.append([box])
    return ["".join(box.text for box in sorted(row, key=lambda box: box.left)) for row in grouped]
