"""Menshen, held between photos, so that peers can be timed in between and nothing but a photo's work is counted.

`menshen mrz`, `document` and `match --pairs` take many photos and read them one after the other with models that they loaded
once. Before and behind each photo the bench puts a named pipe. Opening one waits until the other end is opened too, so the
first pipe holds the program until the bench lets it go, and the second one tells that it is done with the photo. (Neither is
a picture: the program says so in a line and goes on, which takes some microseconds that are counted against it.)
"""

import csv
import itertools
import json
import os
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from process import LIMIT_SECONDS, on_cores, one_thread, within
from timing import Photo


class ProgramError(Exception):
    """The program ended otherwise than it should."""


class Gated:
    """A run of the program over `photos` in their order, each behind a gate."""

    def __init__(self, name: str, photos: Sequence[Photo], folder: Path) -> None:
        """Lays gates and links to the photos into a folder, which must not exist; nothing runs yet."""
        self.name = name
        self.folder = folder
        self.stems = [f"{place:05}" for place in range(len(photos))]
        self._photos = list(photos)
        self._next = 0
        self._child: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True)
        for stem, photo in zip(self.stems, photos, strict=True):
            os.mkfifo(folder / f"{stem}-a")
            os.mkfifo(folder / f"{stem}-c")
            (folder / f"{stem}-b").symlink_to(photo.path.resolve())

    def in_order(self) -> list[str]:
        """Returns all names in the folder in the order in which the program must open them."""
        return [f"{stem}-{part}" for stem in self.stems for part in "abc"]

    def start(self, command: Sequence[str], core: int) -> None:
        """Starts the program in the folder."""
        with (self.folder / "stdout").open("wb") as out, (self.folder / "stderr").open("wb") as errors:
            self._child = subprocess.Popen(
                on_cores([core], command), cwd=self.folder, env=one_thread(), stdout=out, stderr=errors
            )

    def measure(self, photo: Photo) -> float:
        """Lets one photo pass; returns the seconds between the two gates."""
        if photo != self._photos[self._next]:
            raise ValueError(f"{self.name} expects {self._photos[self._next].name}, not {photo.name}")
        stem = self.stems[self._next]
        self._next += 1
        self._pass(f"{stem}-a")
        started = time.perf_counter()
        self._pass(f"{stem}-c")
        return time.perf_counter() - started

    def end(self) -> None:
        """Waits for the program's end."""
        assert self._child is not None, "the program was started"
        if self._child.wait(timeout=LIMIT_SECONDS) != 0:
            raise ProgramError(f"{self.name}: exit code {self._child.returncode}: {self.errors()}")

    def stop(self) -> None:
        """Ends a program that is still running."""
        if self._child is not None and self._child.poll() is None:
            self._child.kill()
            self._child.wait()

    def errors(self) -> str:
        """Returns what the program wrote to standard error."""
        return (self.folder / "stderr").read_text().strip()

    def _pass(self, gate: str) -> None:
        try:
            with within(LIMIT_SECONDS, self.name):
                os.close(os.open(self.folder / gate, os.O_WRONLY))
        except TimeoutError as error:
            raise ProgramError(f"{error}: {self.errors()}") from error


class Reader(Gated):
    """`menshen mrz` or `menshen document`: a JSON line a photo."""

    def __init__(self, name: str, photos: Sequence[Photo], folder: Path, command: Sequence[str], core: int) -> None:
        """Starts the command over the photos."""
        super().__init__(name, photos, folder)
        self.start([*command, *self.in_order()], core)

    def finish(self) -> list[Any]:
        """Returns the JSON line of each photo."""
        self.end()
        lines = [json.loads(line) for line in (self.folder / "stdout").read_text().splitlines()]
        return [{**line, "file": None} for line in lines if line["file"].endswith("-b")]


class Matcher(Gated):
    """`menshen match --pairs`: embeds each photo once, then compares all of them."""

    def __init__(self, name: str, photos: Sequence[Photo], folder: Path, command: Sequence[str], core: int) -> None:
        """Starts the command over the photos; the table names the gates too, which it sorts among the photos."""
        super().__init__(name, photos, folder)
        self.scores: dict[tuple[str, str], float] = {}
        with (folder / "pairs.csv").open("w", newline="") as file:
            table = csv.writer(file)
            table.writerow(["file_x", "file_y"])
            table.writerows((f"{stem}-a", f"{stem}-c") for stem in self.stems)
            table.writerows(itertools.combinations((f"{stem}-b" for stem in self.stems), 2))
        self.start([*command, "--pairs", "pairs.csv", "--root", ".", "--out", "scores.csv"], core)

    def finish(self) -> list[Any]:
        """Reads the scores of pairs of different photos into `scores`; the program tells no embeddings, so all answers are None."""
        self.end()
        names = {f"{stem}-b": photo.name for stem, photo in zip(self.stems, self._photos, strict=True)}
        with (self.folder / "scores.csv").open(newline="") as file:
            for row in csv.DictReader(file):
                a, b = names.get(row["file_x"]), names.get(row["file_y"])
                if a and b and a != b and row["score"]:
                    self.scores[min(a, b), max(a, b)] = float(row["score"])
        return [None] * len(self._photos)
