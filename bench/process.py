"""Processes that are measured: on which cores, with how many threads, and how long they may take."""

import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

# A photo, or the loading of models, that takes longer has hung.
LIMIT_SECONDS = 300


def on_cores(cores: Sequence[int], command: Sequence[str]) -> list[str]:
    """Returns the command that keeps to these cores."""
    return ["taskset", "-c", ",".join(map(str, cores)), *command]


def one_thread() -> dict[str, str]:
    """Returns the environment in which numeric libraries use one thread."""
    names = ("OMP_NUM_THREADS", "OMP_THREAD_LIMIT", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS")
    return {**os.environ, **dict.fromkeys(names, "1")}


@contextmanager
def within(seconds: int, what: str) -> Iterator[None]:
    """Raises TimeoutError where the block takes longer."""

    def late(*_: object) -> None:
        raise TimeoutError(f"{what}: no answer within {seconds} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
