"""What is measured on: true photos where they are at hand, and documents that menshen draws, with the truth of each."""

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2

from timing import Photo

# Drawn documents are dated from here, so that the same seeds give the same photos on every day.
TODAY = "2026-11-28"
# Kinds with a machine-readable zone, the side that bears it, and its format.
ZONE_KINDS = {"passport": "front.jpg", "id-card": "back.jpg", "id-card-td2": "front.jpg"}
# People in the photographs that come with the models: file, and the middle of a face in pixels. The first two are one person.
_PEOPLE = {
    "person-1-a": ("sample1.jpg", (1557, 334)),
    "person-1-b": ("sample3.jpg", (1186, 372)),
    "person-2": ("sample3.jpg", (690, 460)),
}
SAME_PERSON = ("person-1-a", "person-1-b")
_FACE_SIDE = 640
_CROP_SIDE = 520
_JPEG_QUALITY = 90


@dataclass(frozen=True)
class Zone:
    """A photo with a machine-readable zone, and its true lines."""

    photo: Photo
    lines: tuple[str, ...]
    drawn: bool


@dataclass(frozen=True)
class Card:
    """A photo of the front of a PRC card, and its true fields by menshen's names."""

    photo: Photo
    fields: dict[str, str]


class Artist:
    """Draws SPECIMEN documents with `menshen specimen`."""

    def __init__(self, program: Sequence[str], portrait: Path, folder: Path, degrade: str | None) -> None:
        """`program` is the command up to its subcommand; `degrade` is handed on to it."""
        self._program = list(program)
        self._portrait = portrait
        self._folder = folder
        self._degrade = ["--degrade", degrade] if degrade else []

    def zones(self, count: int) -> list[Zone]:
        """Returns `count` documents of each kind with a zone."""
        return [
            Zone(Photo(f"{folder.parent.name}/{folder.name}", folder / file), _lines(folder, file), drawn=True)
            for kind, file in ZONE_KINDS.items()
            for folder in self._draw(kind, count)
        ]

    def cards(self, count: int) -> list[Card]:
        """Returns the fronts of `count` PRC cards."""
        return [
            Card(Photo(f"{folder.parent.name}/{folder.name}", folder / "front.jpg"), _fields(folder))
            for folder in self._draw("prc-id", count)
        ]

    def _draw(self, kind: str, count: int) -> list[Path]:
        out = self._folder / kind
        drawn = ["--portrait", str(self._portrait), "--out", str(out), "--count", str(count), "--today", TODAY]
        subprocess.run([*self._program, "specimen", kind, *drawn, *self._degrade], check=True, stdout=subprocess.DEVNULL)
        # A single document lies in the folder itself.
        return sorted(path.parent for path in out.rglob("truth.json"))


def true_zones(documents: Path) -> list[Zone]:
    """Returns the photos of `mrz_truth.jsonl` in a folder; none where the folder is not there."""
    truth = documents / "mrz_truth.jsonl"
    if not truth.exists():
        return []
    rows = [json.loads(line) for line in truth.read_text().splitlines()]
    return [Zone(Photo(row["file"], documents / row["file"]), tuple(row["mrz"]), drawn=False) for row in rows]


def faces(samples: Path, more: Path, out: Path) -> list[Photo]:
    """Writes JPEGs of 640 x 640 pixels with one face each: the models' samples, and the photos in `more` where it is there."""
    out.mkdir(parents=True)
    photos = []
    for name, (file, (x, y)) in _PEOPLE.items():
        picture = cv2.imread(str(samples / file))
        if picture is None:
            raise FileNotFoundError(f"{samples / file}: run `menshen models pull`")
        left, top = (max(0, middle - _CROP_SIDE // 2) for middle in (x, y))
        photos.append(_write(picture[top : top + _CROP_SIDE, left : left + _CROP_SIDE], out / f"{name}.jpg"))
    for path in sorted(more.glob("*.jpg")):
        picture = cv2.imread(str(path))
        if picture is not None:
            photos.append(_write(picture, out / path.name))
    return photos


def _write(picture: cv2.typing.MatLike, path: Path) -> Photo:
    height, width = picture.shape[:2]
    scale = _FACE_SIDE / max(height, width)
    size = (round(width * scale), round(height * scale))
    cv2.imwrite(str(path), cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC), [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    return Photo(path.stem, path)


def _sides(folder: Path) -> dict[str, dict]:
    return {side["file"]: side for side in json.loads((folder / "truth.json").read_text())["sides"]}


def _lines(folder: Path, file: str) -> tuple[str, ...]:
    return tuple(_sides(folder)[file]["mrz"]["lines"])


def _fields(folder: Path) -> dict[str, str]:
    return {name: field["value"] for name, field in _sides(folder)["front.jpg"]["fields"].items()}
