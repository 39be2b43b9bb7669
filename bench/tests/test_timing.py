"""Interleaving, medians, ratios."""

import unittest
from pathlib import Path
from typing import Any

from timing import Photo, Series, interleave, order, ratio

PHOTOS = [Photo(name, Path(name)) for name in "abc"]


class Recorder:
    """Takes a known time for each photo and writes down who was asked when."""

    def __init__(self, name: str, seconds: dict[str, float], asked: list[tuple[str, str]]) -> None:
        self.name = name
        self._seconds = seconds
        self._asked = asked
        self._seen: list[str] = []

    def measure(self, photo: Photo) -> float:
        self._asked.append((self.name, photo.name))
        self._seen.append(photo.name)
        return self._seconds[photo.name]

    def finish(self) -> list[Any]:
        return [f"{photo}!" for photo in self._seen]

    def stop(self) -> None:
        pass


class Timing(unittest.TestCase):
    def setUp(self) -> None:
        self.asked: list[tuple[str, str]] = []
        ours = Recorder("ours", {"a": 1.0, "b": 2.0, "c": 6.0}, self.asked)
        theirs = Recorder("theirs", {"a": 3.0, "b": 6.0, "c": 18.0}, self.asked)
        self.times = interleave([ours, theirs], PHOTOS, 2, lambda _: None)

    def test_each_photo_goes_to_all_before_the_next(self) -> None:
        photos = [photo for _, photo in self.asked]
        self.assertEqual(photos, [name for photo in order(PHOTOS, 2) for name in [photo.name] * 2])

    def test_beginners_take_turns(self) -> None:
        beginners = [name for name, _ in self.asked[2::2]]
        self.assertEqual(beginners, ["ours", "theirs", "ours", "theirs", "ours", "theirs"])

    def test_the_first_photo_is_not_counted(self) -> None:
        self.assertEqual(self.times["ours"].seconds["a"], [1.0, 1.0])

    def test_medians_are_of_photos(self) -> None:
        self.assertEqual(self.times["ours"].median(), 2.0)

    def test_answers_go_with_their_photos(self) -> None:
        self.assertEqual(self.times["theirs"].answers, {"a": "a!", "b": "b!", "c": "c!"})
        self.assertEqual(self.times["theirs"].unsteady, [])

    def test_a_ratio_lies_in_its_interval_and_is_the_same_each_time(self) -> None:
        self.assertEqual(ratio(self.times["theirs"], self.times["ours"]), (3.0, 3.0, 3.0))
        uneven = Series({"a": [1.0], "b": [9.0], "c": [8.0]})
        value, low, high = ratio(uneven, self.times["ours"])
        self.assertLessEqual(low, value)
        self.assertLessEqual(value, high)
        self.assertLess(low, high)
        self.assertEqual(ratio(uneven, self.times["ours"]), (value, low, high))

    def test_two_answers_to_one_photo_are_noted(self) -> None:
        class Fickle(Recorder):
            def finish(self) -> list[Any]:
                return list(range(len(self._seen)))

        fickle = Fickle("fickle", {"a": 1.0, "b": 1.0, "c": 1.0}, [])
        self.assertEqual(interleave([fickle], PHOTOS, 2, lambda _: None)["fickle"].unsteady, ["a", "b", "c"])
