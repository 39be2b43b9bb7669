"""PassportEye as its users call it. It starts the program tesseract for each try; that start is a part of its time."""

import statistics
import time
from pathlib import Path

import numpy as np
import pytesseract
from passporteye import read_mrz

import mrz
from peers.worker import serve

_STARTS = 5


def read(path: Path) -> mrz.Lines | None:
    """Returns the zone of a photo: PassportEye's raw text by the rules that all peers have."""
    found = read_mrz(str(path))
    return mrz.find(found.aux["text"].splitlines()) if found else None


def start_seconds() -> float:
    """Returns what one start of the program tesseract takes on an empty picture, the median of a few."""
    empty = np.full((32, 32), 255, dtype=np.uint8)
    taken = []
    for _ in range(_STARTS):
        started = time.perf_counter()
        pytesseract.image_to_string(empty)
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def main() -> None:
    """Serves zones."""
    serve(read, ("passporteye", "pytesseract", "scikit-image"), {"tesseract_start_seconds": start_seconds()})


if __name__ == "__main__":
    main()
