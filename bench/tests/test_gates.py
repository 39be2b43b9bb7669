"""A program that is held between photos."""

import sys
import tempfile
import time
import unittest
from pathlib import Path

from gates import Matcher, ProgramError, Reader
from timing import Photo

# Opens what it is given one after the other as menshen does: pipes are refused with a line, a photo takes as long as it says.
READS = """
import json, os, stat, sys, time
for name in sys.argv[1:]:
    with open(name) as file:
        pipe = stat.S_ISFIFO(os.fstat(file.fileno()).st_mode)
        text = "" if pipe else file.read()
    time.sleep(float(text or 0))
    print(json.dumps({"file": name, "error": "not_a_file"} if pipe else {"file": name, "read": text}))
"""
# The same for a table, whose files it takes in the order of their names.
MATCHES = """
import csv, os, stat, sys
rows = list(csv.DictReader(open(sys.argv[2])))
for name in sorted({row[column] for row in rows for column in row}):
    open(name).close()
with open(sys.argv[6], "w") as out:
    print("file_x,file_y,score", file=out)
    for row in rows:
        pipe = any(stat.S_ISFIFO(os.stat(name).st_mode) for name in row.values())
        print(row["file_x"], row["file_y"], "" if pipe else "0.5", sep=",", file=out)
"""


class Gates(unittest.TestCase):
    def setUp(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self.addCleanup(self._folder.cleanup)
        self.folder = Path(self._folder.name)
        self.core = 0

    def photo(self, name: str, text: str) -> Photo:
        path = self.folder / name
        path.write_text(text)
        return Photo(name, path)

    def test_only_what_lies_between_the_gates_is_counted(self) -> None:
        quick, slow = self.photo("quick", "0"), self.photo("slow", "0.3")
        reader = Reader("ours", [quick, slow, quick], self.folder / "gates", [sys.executable, "-c", READS], self.core)
        self.addCleanup(reader.stop)
        time.sleep(0.5)
        taken = [reader.measure(quick)]
        time.sleep(0.5)
        taken += [reader.measure(slow), reader.measure(quick)]
        self.assertLess(taken[0], 0.25)
        self.assertGreaterEqual(taken[1], 0.3)
        self.assertLess(taken[2], 0.25)
        self.assertEqual([answer["read"] for answer in reader.finish()], ["0", "0.3", "0"])

    def test_photos_come_in_the_order_that_was_laid(self) -> None:
        a, b = self.photo("a", "0"), self.photo("b", "0")
        reader = Reader("ours", [a, b], self.folder / "gates", [sys.executable, "-c", READS], self.core)
        self.addCleanup(reader.stop)
        with self.assertRaises(ValueError):
            reader.measure(b)

    def test_a_program_that_fails_is_an_error_with_its_words(self) -> None:
        a = self.photo("a", "no number")
        reader = Reader("ours", [a], self.folder / "gates", [sys.executable, "-c", "import sys; sys.exit('broken')"], self.core)
        with self.assertRaisesRegex(ProgramError, "broken"):
            reader.end()

    def test_scores_are_of_pairs_of_different_photos(self) -> None:
        a, b = self.photo("a", "0"), self.photo("b", "0")
        matcher = Matcher("ours", [b, a, b], self.folder / "gates", [sys.executable, "-c", MATCHES], self.core)
        self.addCleanup(matcher.stop)
        for photo in (b, a, b):
            matcher.measure(photo)
        matcher.finish()
        self.assertEqual(matcher.scores, {("a", "b"): 0.5})
