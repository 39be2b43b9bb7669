"""Tesseract with the characters of a zone only, through its C API, so that no start of a program is counted."""

import ctypes
import ctypes.util
from pathlib import Path

import cv2
import numpy as np

import mrz
from peers import picture
from peers.worker import serve

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<"
# From Tesseract's public header: the LSTM engine, and "a uniform block of text".
_LSTM_ONLY = 1
_SINGLE_BLOCK = 6
# Without a resolution it guesses one from the text's height and warns.
_PIXELS_AN_INCH = 300


class Tesseract:
    """The library, set up for zones."""

    def __init__(self) -> None:
        """Loads the library and its English model."""
        name = ctypes.util.find_library("tesseract")
        if name is None:
            raise OSError("libtesseract is not installed")
        self._lib = ctypes.CDLL(name)
        self._lib.TessBaseAPICreate.restype = ctypes.c_void_p
        self._lib.TessBaseAPIGetUTF8Text.restype = ctypes.c_void_p
        self._lib.TessVersion.restype = ctypes.c_char_p
        self._api = ctypes.c_void_p(self._lib.TessBaseAPICreate())
        if self._lib.TessBaseAPIInit2(self._api, None, b"eng", _LSTM_ONLY) != 0:
            raise OSError("Tesseract has no English model")
        self._lib.TessBaseAPISetPageSegMode(self._api, _SINGLE_BLOCK)
        self._lib.TessBaseAPISetVariable(self._api, b"tessedit_char_whitelist", _ALPHABET)

    def version(self) -> str:
        """Returns the library's version."""
        return self._lib.TessVersion().decode()

    def text(self, grey: np.ndarray) -> str:
        """Returns the text of a grey picture, 8 bits a pixel."""
        height, width = grey.shape
        self._lib.TessBaseAPISetImage(self._api, grey.ctypes.data_as(ctypes.c_void_p), width, height, 1, width)
        self._lib.TessBaseAPISetSourceResolution(self._api, _PIXELS_AN_INCH)
        text = self._lib.TessBaseAPIGetUTF8Text(self._api)
        if not text:
            return ""
        try:
            return ctypes.string_at(text).decode()
        finally:
            self._lib.TessDeleteText(ctypes.c_void_p(text))


def main() -> None:
    """Serves zones."""
    cv2.setNumThreads(1)
    tesseract = Tesseract()

    def read(path: Path) -> mrz.Lines | None:
        grey = np.ascontiguousarray(picture.read(path, cv2.IMREAD_GRAYSCALE))
        return mrz.find(tesseract.text(grey).splitlines())

    serve(read, ("opencv-python-headless",), {"tesseract": tesseract.version()})


if __name__ == "__main__":
    main()
