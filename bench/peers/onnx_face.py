"""Faces the way a Python program does it: OpenCV, numpy and onnxruntime over the very ONNX files that menshen uses.

Detector, mesh, aligned chip and its mirror image, mean of both vectors: the steps of menshen's `match`, on one thread.
"""

import statistics
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import onnxruntime

import cards
from geometry import Similarity, warp
from peers.picture import read
from peers.worker import serve

_DETECTOR_SIDE = 128
_MESH_SIDE = 192
_SCORE = 0.5
_SAME_FACE = 0.3
# Side of the mesh's window over the longer side of the detector's box, in the order in which they are tried.
_MARGINS = (1.5, 1.25, 1.9)
# How much less a face in a corner of the picture counts than one in the middle.
_EDGE_LOSS = 0.7
_RUNS = 15


class Network:
    """A network on one thread."""

    def __init__(self, path: Path) -> None:
        """Loads an ONNX file."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0]
        self.batches = not isinstance(self._input.shape[0], int)

    def run(self, values: np.ndarray) -> list[np.ndarray]:
        """Returns all outputs for one input."""
        return self._session.run(None, {self._input.name: values})

    def seconds(self, shape: tuple[int, ...]) -> float:
        """Returns what a run on an input of this shape takes, the median of some runs."""
        values = np.random.default_rng(1).random(shape, dtype=np.float32)
        taken = []
        for _ in range(_RUNS):
            started = time.perf_counter()
            self.run(values)
            taken.append(time.perf_counter() - started)
        return statistics.median(taken)


class Face:
    """The networks, and the steps from a file to a vector."""

    def __init__(self, embedder: str) -> None:
        """Loads detector, mesh and the embedder of this name from menshen's folder of models."""
        self._detector = Network(cards.path("face-detection"))
        self._mesh = Network(cards.path("face-mesh"))
        self._embedder = Network(cards.path(embedder))
        self._card = cards.card(embedder)
        self._anchors = _anchor_centres()

    def embed(self, path: Path) -> list[float]:
        """Returns the vector of the face that a photo is about."""
        picture = read(path)
        for pad in (0.0, 0.25):
            for face in _by_weight(self._detect(picture, pad), picture):
                mesh = self._mesh_of(picture, face)
                if mesh is not None:
                    return self._vector(picture, mesh).tolist()
        raise ValueError("no face")

    def seconds(self) -> dict[str, float]:
        """Returns what each network takes alone."""
        side = self._card["input"]["width"]
        return {
            "face-detection": self._detector.seconds((1, 3, _DETECTOR_SIDE, _DETECTOR_SIDE)),
            "face-mesh": self._mesh.seconds((1, 3, _MESH_SIDE, _MESH_SIDE)),
            self._card["name"]: self._embedder.seconds((1, 3, side, side)),
        }

    def _detect(self, picture: np.ndarray, pad: float) -> np.ndarray:
        """Returns faces as rows: x, y, width, height, score, then x, y of six points, in pixels of the picture.

        `pad` is the margin around the square that holds the picture, in parts of its side."""
        height, width = picture.shape[:2]
        side = max(width, height) * (1 + 2 * pad)
        scale = _DETECTOR_SIDE / side
        corner = np.array([(width - side) / 2, (height - side) / 2])
        small = cv2.resize(picture, (max(1, round(width * scale)), max(1, round(height * scale))), interpolation=cv2.INTER_AREA)
        left, top = (round(-v * scale) for v in corner)
        square = np.zeros((_DETECTOR_SIDE, _DETECTOR_SIDE, 3), np.uint8)
        square[top : top + small.shape[0], left : left + small.shape[1]] = small
        outputs = self._detector.run(_tensor([square], [127.5] * 3, [1 / 127.5] * 3))
        numbers = next(out for out in outputs if out.size == 896 * 16).reshape(896, 16)
        logits = next(out for out in outputs if out.size == 896).reshape(896)
        scores = 1 / (1 + np.exp(-np.clip(logits, -80, 80)))
        found = scores >= _SCORE
        numbers, scores, anchors = numbers[found], scores[found], self._anchors[found]
        centres = numbers[:, :2] + anchors
        points = (numbers[:, 4:].reshape(-1, 6, 2) + anchors[:, None]) / scale + corner
        boxes = np.hstack([(centres - numbers[:, 2:4] / 2) / scale + corner, numbers[:, 2:4] / scale])
        return _merge(np.hstack([boxes, scores[:, None], points.reshape(-1, 12)]))

    def _mesh_of(self, picture: np.ndarray, face: np.ndarray) -> np.ndarray | None:
        """Returns the mesh's 468 points as complex numbers in pixels, or None where the network sees no face."""
        (x, y, width, height), (left_x, left_y, right_x, right_y) = face[:4], face[5:9]
        angle = float(np.arctan2(right_y - left_y, right_x - left_x))
        for margin in _MARGINS:
            centre = complex(x + width / 2, y + height / 2)
            window = Similarity.window(centre, max(width, height) * margin, angle, _MESH_SIDE)
            chip = warp(picture, window, _MESH_SIDE, cv2.INTER_LINEAR)
            outputs = self._mesh.run(_tensor([chip], [0.0] * 3, [1 / 255] * 3))
            if next(out for out in outputs if out.size == 1).item() >= 0.0:
                points = next(out for out in outputs if out.size == 468 * 3).reshape(468, 3)
                return window.apply(points[:, 0] + 1j * points[:, 1])
        return None

    def _vector(self, picture: np.ndarray, mesh: np.ndarray) -> np.ndarray:
        alignment, wanted = self._card["alignment"], self._card["input"]
        template = np.array([complex(x, y) for x, y in alignment["template"]])
        face = np.array([mesh[group].mean() for group in alignment["mesh"]])
        chip = warp(picture, Similarity.fit(template, face), wanted["width"], cv2.INTER_CUBIC)
        both = [chip, chip[:, ::-1]]
        if self._embedder.batches:
            vectors = self._embedder.run(_tensor(both, wanted["mean"], wanted["scale"]))[0]
        else:
            vectors = np.vstack([self._embedder.run(_tensor([one], wanted["mean"], wanted["scale"]))[0] for one in both])
        vector = vectors.mean(axis=0)
        return vector / np.linalg.norm(vector) if self._card["metric"] == "cosine" else vector


def _tensor(chips: list[np.ndarray], mean: list[float], scale: list[float]) -> np.ndarray:
    """Returns pictures in OpenCV's order (blue first) as n x 3 x height x width, red first: (byte - mean) * scale."""
    values = np.stack(chips)[..., ::-1].transpose(0, 3, 1, 2).astype(np.float32)
    values -= np.asarray(mean, np.float32).reshape(1, 3, 1, 1)
    values *= np.asarray(scale, np.float32).reshape(1, 3, 1, 1)
    return np.ascontiguousarray(values)


def _anchor_centres() -> np.ndarray:
    """The middles of the anchors' cells in input pixels: 16 x 16 cells with two anchors, 8 x 8 with six."""
    centres = []
    for cells, anchors in ((16, 2), (8, 6)):
        y, x = np.mgrid[:cells, :cells]
        middle = (np.stack([x, y], -1).reshape(-1, 2) + 0.5) * _DETECTOR_SIDE / cells
        centres.append(np.repeat(middle, anchors, axis=0))
    return np.vstack(centres)


def _merge(faces: np.ndarray) -> np.ndarray:
    """Joins boxes of one face, averaged by score: the detector's authors' weighted suppression."""
    faces = faces[np.argsort(-faces[:, 4])]
    kept = []
    while len(faces):
        same = _overlap(faces, faces[0]) > _SAME_FACE
        same[0] = True
        group = faces[same]
        mean = (group * group[:, 4:5]).sum(axis=0) / group[:, 4].sum()
        mean[4] = group[0, 4]
        kept.append(mean)
        faces = faces[~same]
    return np.array(kept).reshape(-1, 17)


def _overlap(faces: np.ndarray, face: np.ndarray) -> np.ndarray:
    """Intersection over union of boxes with one box."""
    low = np.maximum(faces[:, :2], face[:2])
    high = np.minimum(faces[:, :2] + faces[:, 2:4], face[:2] + face[2:4])
    both = np.clip(high - low, 0, None).prod(axis=1)
    return both / (faces[:, 2:4].prod(axis=1) + face[2:4].prod() - both)


def _by_weight(faces: np.ndarray, picture: np.ndarray) -> np.ndarray:
    """Returns the faces, first the one that the photo is about: wide, sure, near the middle."""
    size = np.array([picture.shape[1], picture.shape[0]])
    away = np.linalg.norm(faces[:, :2] + faces[:, 2:4] / 2 - size / 2, axis=1) / (np.linalg.norm(size) / 2)
    weight = faces[:, 2] * faces[:, 4] * (1 - _EDGE_LOSS * np.minimum(away, 1))
    return faces[np.argsort(-weight)]


def main() -> None:
    """Serves vectors of the embedder that the first argument names."""
    cv2.setNumThreads(1)
    face = Face(sys.argv[1])
    serve(face.embed, ("onnxruntime", "opencv-python-headless", "numpy"), {"network_seconds": face.seconds()})


if __name__ == "__main__":
    main()
