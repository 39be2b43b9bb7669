"""Faces: a JPEG of 640 pixels to a vector, for each embedder that is installed."""

from itertools import combinations
from typing import Any

import cards
import flops
import material
import truth
from contest import Result, hold, summary
from gates import Matcher
from setting import Setting
from timing import Photo, Series

_PYTHON = "Python, onnxruntime"
_DLIB = "dlib (face_recognition)"
# dlib's own program has the same network as this embedder.
_DLIBS_NETWORK = "dlib-resnet"
# How often each network runs on the way from a photo to a vector: the embedder also sees the mirror image.
_RUNS = {"face-detection": 1, "face-mesh": 1}
_EMBEDDER_RUNS = 2

Scores = dict[tuple[str, str], float]


def measure(setting: Setting) -> list[dict[str, Any]]:
    """Returns times, scores' agreement and arithmetic of each embedder."""
    more = setting.data / "headpose" / "aflw2000"
    if not more.is_dir():
        setting.leave_out("more faces are left out: there is no ../shared/data/headpose")
    photos = material.faces(cards.models_dir() / "samples", more, setting.out / "faces")
    return [_embedder(setting, name, photos) for name in cards.installed_embedders()]


def _embedder(setting: Setting, embedder: str, photos: list[Photo]) -> dict[str, Any]:
    peers = {_PYTHON: ["peers.onnx_face", embedder]}
    if embedder == _DLIBS_NETWORK:
        peers[_DLIB] = ["peers.dlib_face"]

    result = hold(setting, f"face-{embedder}", photos, Matcher, ["match", "--model", embedder], peers)
    times = summary(setting, result.times)
    scores = _scores(result, cards.card(embedder)["metric"])
    ours = scores[setting.ours]
    return {
        "title": f"Face, 640-pixel JPEG to vector: {embedder}, {len(photos)} photos",
        "times": times,
        "one_person_first": {name: _one_person_first(of) for name, of in scores.items()},
        # The same network on other pixels of the same face: how much the steps around it differ.
        "score_difference": max((abs(score - ours[pair]) for pair, score in scores.get(_PYTHON, {}).items()), default=None),
        "arithmetic": _arithmetic(setting, embedder, result),
        "notes": result.notes,
    }


def _scores(result: Result, metric: str) -> dict[str, Scores]:
    """Returns everybody's score of each pair of photos. Vectors are forgotten: they are people's."""
    scores = {program.name: program.scores for program in result.programs if isinstance(program, Matcher)}
    for name, series in result.times.items():
        if name not in scores:
            scores[name] = _compared(series, metric)
        series.answers.clear()
    return scores


def _compared(series: Series, metric: str) -> Scores:
    vectors = {photo: answer for photo, answer in series.answers.items() if isinstance(answer, list)}
    return {(a, b): truth.similarity(vectors[a], vectors[b], metric) for a, b in combinations(sorted(vectors), 2)}


def _one_person_first(scores: Scores) -> bool | None:
    """Tells whether the two photos of one person are more alike than all others; None where one of them has no vector."""
    same = scores.get(material.SAME_PERSON)
    return None if same is None else same == max(scores.values())


def _arithmetic(setting: Setting, embedder: str, result: Result) -> dict[str, Any]:
    """Returns operations, and which share of the core's peak is reached: on the whole way, and by networks that told their time."""
    runs = {**_RUNS, embedder: _EMBEDDER_RUNS}
    operations = {name: flops.count(cards.path(name), _shape(name)) for name in runs}
    total = sum(operations[name] * times for name, times in runs.items())
    peak = setting.peak_gflops * 1e9
    told = result.notes.get(_PYTHON, {}).get("network_seconds", {})
    return {
        "peak_gflops": setting.peak_gflops,
        "operations": operations,
        "runs": runs,
        "share_of_peak": {name: total / series.median() / peak for name, series in result.times.items() if name != _DLIB},
        "network_share_of_peak": {_PYTHON: {name: operations[name] / seconds / peak for name, seconds in told.items()}},
    }


def _shape(name: str) -> tuple[int, int, int, int]:
    wanted = cards.card(name)["input"]
    return (1, 3, wanted["height"], wanted["width"])
