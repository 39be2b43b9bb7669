"""Similarities of the plane as pairs of complex numbers, and reading a picture through one."""

from dataclasses import dataclass

import cv2
import numpy as np

# Shrinking by more than this skips pixels: the picture is averaged down first.
_MAX_SHRINK = 1.6


@dataclass(frozen=True)
class Similarity:
    """The map z -> factor z + shift. A point (x, y) is x + iy; pixel centres lie at halves."""

    factor: complex
    shift: complex

    @staticmethod
    def fit(source: np.ndarray, target: np.ndarray) -> "Similarity":
        """Returns the map of `source` onto `target` with the least squared distance (Umeyama, in the plane)."""
        p, q = source - source.mean(), target - target.mean()
        factor = complex((p.conj() * q).sum() / (abs(p) ** 2).sum())
        return Similarity(factor, complex(target.mean() - factor * source.mean()))

    @staticmethod
    def window(centre: complex, side: float, angle: float, pixels: int) -> "Similarity":
        """Returns the map of a picture of `pixels` x `pixels` onto a square around `centre`, turned by `angle` radians."""
        factor = side / pixels * np.exp(1j * angle)
        return Similarity(factor, centre - factor * (pixels / 2) * (1 + 1j))

    def apply(self, points: np.ndarray) -> np.ndarray:
        """Returns where points go."""
        return self.factor * points + self.shift


def warp(picture: np.ndarray, into: Similarity, side: int, flags: int) -> np.ndarray:
    """Returns `side` x `side` pixels, each read from `picture` where `into` puts its centre; edges repeat."""
    picture, into = _shrunk(picture, into, side)
    # OpenCV has pixel centres at whole numbers.
    half = 0.5 + 0.5j
    shift = into.factor * half + into.shift - half
    a, b = into.factor.real, into.factor.imag
    matrix = np.array([[a, -b, shift.real], [b, a, shift.imag]])
    return cv2.warpAffine(picture, matrix, (side, side), flags=flags | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE)


def _shrunk(picture: np.ndarray, into: Similarity, side: int) -> tuple[np.ndarray, Similarity]:
    """Returns the part under the window, averaged down to one pixel a target pixel, and the map into it."""
    scale = abs(into.factor)
    if scale <= _MAX_SHRINK:
        return picture, into
    corners = into.apply(np.array([0, side, 1j * side, side + 1j * side]))
    height, width = picture.shape[:2]
    margin = 3 * scale
    left, top = (max(0, int(v.min() - margin)) for v in (corners.real, corners.imag))
    right, bottom = (min(end, int(v.max() + margin) + 1) for v, end in ((corners.real, width), (corners.imag, height)))
    if right - left < scale or bottom - top < scale:
        return picture, into
    size = (round((right - left) / scale), round((bottom - top) / scale))
    small = cv2.resize(picture[top:bottom, left:right], size, interpolation=cv2.INTER_AREA)
    factor = size[0] / (right - left)
    return small, Similarity(into.factor * factor, (into.shift - complex(left, top)) * factor)
