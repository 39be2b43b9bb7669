"""Files to pixels, for peers that leave it to OpenCV."""

from pathlib import Path

import cv2
import numpy as np


def read(path: Path, flags: int = cv2.IMREAD_COLOR) -> np.ndarray:
    """Returns the pixels of a file, blue first. Raises ValueError where it is no picture."""
    pixels = cv2.imread(str(path), flags)
    if pixels is None:
        raise ValueError("no picture")
    return pixels
