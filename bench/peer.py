"""A peer in a process of its own, asked for one photo after the other."""

import json
import subprocess
import sys
from pathlib import Path
from typing import IO, Any

from process import LIMIT_SECONDS, on_cores, one_thread, within
from timing import Photo

BENCH = Path(__file__).resolve().parent


class PeerError(Exception):
    """A peer could not be started, or has died."""


class Peer:
    """One of `peers/`, started and ready: a contestant."""

    def __init__(self, name: str, arguments: list[str], core: int, log: Path) -> None:
        """Starts `python -m ARGUMENTS` on one core and waits until it is ready. What it says beside answers goes to `log`."""
        self.name = name
        self._log = log
        self._answers: list[Any] = []
        with log.open("w") as errors:
            self._child = subprocess.Popen(
                on_cores([core], [sys.executable, "-m", *arguments]),
                cwd=BENCH,
                env=one_thread(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        try:
            ready = self._read()
        except (PeerError, TimeoutError):
            self.stop()
            raise
        self.versions: dict[str, str] = ready["versions"]
        self.notes: dict[str, Any] = ready["notes"]

    def measure(self, photo: Photo) -> float:
        """Returns the seconds from the photo's path to the answer, as the peer's own clock took them."""
        requests = _stream(self._child.stdin)
        requests.write(json.dumps({"file": str(photo.path)}) + "\n")
        requests.flush()
        said = self._read()
        self._answers.append({"error": said["error"]} if "error" in said else said["answer"])
        return said["seconds"]

    def finish(self) -> list[Any]:
        """Ends the process; returns its answers, `{"error": TEXT}` where it failed on a photo."""
        _stream(self._child.stdin).close()
        self._child.wait(timeout=LIMIT_SECONDS)
        return self._answers

    def stop(self) -> None:
        """Ends a process that is still running."""
        if self._child.poll() is None:
            self._child.kill()
            self._child.wait()

    def _read(self) -> dict[str, Any]:
        with within(LIMIT_SECONDS, self.name):
            line = _stream(self._child.stdout).readline()
        if not line:
            last = self._log.read_text().strip().splitlines()[-1:]
            raise PeerError(f"{self.name} has ended: {' '.join(last)}")
        return json.loads(line)


def _stream(stream: IO[str] | None) -> IO[str]:
    assert stream is not None, "both ends are pipes"
    return stream
