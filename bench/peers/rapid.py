"""rapidocr on one thread: zones with position rules, or the fields of a PRC card."""

import sys
from pathlib import Path

import cv2
import numpy as np
from rapidocr import RapidOCR
from rapidocr.utils.output import RapidOCROutput

import mrz
import prc
from peers.picture import read
from peers.worker import serve
from rows import Box, level, rows

_TURNS = (None, cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_180, cv2.ROTATE_90_COUNTERCLOCKWISE)


def reader() -> RapidOCR:
    """Returns rapidocr with the models of its wheel and its own settings, but for the number of threads."""
    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )


def boxes(engine: RapidOCR, picture: np.ndarray) -> list[Box]:
    """Returns the text of a picture, level."""
    found = engine(picture)
    if not isinstance(found, RapidOCROutput) or found.boxes is None or not found.txts:
        return []
    return level(found.boxes, found.txts)


def read_zone(engine: RapidOCR, path: Path) -> mrz.Lines | None:
    """Returns the zone of a photo; where none is found, the photo is turned by quarters until one is."""
    picture = read(path)
    for turn in _TURNS:
        turned = picture if turn is None else cv2.rotate(picture, turn)
        zone = mrz.find(rows(boxes(engine, turned)))
        if zone:
            return zone
    return None


def read_card(engine: RapidOCR, path: Path) -> dict[str, str]:
    """Returns the fields of a card's front."""
    return prc.fields(boxes(engine, read(path)))


def main() -> None:
    """Serves the task that the first argument names: `mrz` or `card`."""
    cv2.setNumThreads(1)
    engine = reader()
    task = {"mrz": read_zone, "card": read_card}[sys.argv[1]]
    serve(lambda path: task(engine, path), ("rapidocr", "onnxruntime", "opencv-python-headless"))


if __name__ == "__main__":
    main()
