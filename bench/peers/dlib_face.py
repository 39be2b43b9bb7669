"""dlib as the package face_recognition calls it: its detector after one enlargement, five points, one pass of the embedder.

The calls are face_recognition's own with its default ("small") landmarks. The package itself is not imported, since it also
loads landmarks of 68 points, whose terms exclude commercial use.
"""

from importlib.util import find_spec
from pathlib import Path

import dlib
import numpy as np
from PIL import Image

from peers.worker import serve

_ENLARGED = 1


def weights(file: str) -> str:
    """Returns the path of a file of the package face_recognition_models."""
    package = find_spec("face_recognition_models")
    if package is None or not package.submodule_search_locations:
        raise ModuleNotFoundError("face_recognition_models is not installed")
    return str(Path(package.submodule_search_locations[0]) / "models" / file)


def main() -> None:
    """Serves vectors."""
    detector = dlib.get_frontal_face_detector()
    landmarks = dlib.shape_predictor(weights("shape_predictor_5_face_landmarks.dat"))
    embedder = dlib.face_recognition_model_v1(weights("dlib_face_recognition_resnet_model_v1.dat"))

    def embed(path: Path) -> list[float]:
        picture = np.array(Image.open(path).convert("RGB"))
        faces = detector(picture, _ENLARGED)
        if not faces:
            raise ValueError("no face")
        largest = max(faces, key=lambda face: face.width())
        return list(embedder.compute_face_descriptor(picture, landmarks(picture, largest), 1))

    serve(embed, ("dlib", "face_recognition_models", "pillow"), {"avx": bool(dlib.USE_AVX_INSTRUCTIONS)})


if __name__ == "__main__":
    main()
