"""The process of a peer: says that it is ready, then answers one photo a line.

Timed is what happens between the path of a photo and its answer; starting, importing and loading models is not.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any


def serve(read: Callable[[Path], Any], packages: tuple[str, ...], notes: dict[str, Any] | None = None) -> None:
    """Answers JSON lines of standard input, `{"file": PATH}`, with `{"seconds": S, "answer": A}`.

    A photo that makes `read` fail is answered with `error` in the place of `answer`. The first line that is printed is
    `{"versions": {..}, "notes": {..}}`. What libraries print goes to standard error.
    """
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    say(answers, {"versions": {name: version(name) for name in packages}, "notes": notes or {}})
    for line in sys.stdin:
        path = Path(json.loads(line)["file"])
        started = time.perf_counter()
        try:
            said = {"answer": read(path)}
        except Exception as error:  # A peer that fails on a photo has not read it; the bench goes on.
            said = {"error": f"{type(error).__name__}: {error}"}
        say(answers, {"seconds": time.perf_counter() - started, **said})


def say(answers: IO[str], value: dict[str, Any]) -> None:
    """Writes one JSON line."""
    answers.write(json.dumps(value) + "\n")
