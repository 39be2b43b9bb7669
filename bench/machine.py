"""What the bench ran on: processor, versions, commit, and whether anything else was running."""

import os
import platform
import resource
import subprocess
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
# Where others take a larger part of the machine's time than this, figures are not to be published, not even as ratios.
QUIET = 0.03
# In /proc/stat: time in user mode, niced, in the kernel, idle, waiting, in interrupts of two kinds, stolen.
_IDLE = (3, 4)


def describe(program: Path) -> dict[str, Any]:
    """Returns the machine, the program's version and the commit of the checkout."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_mib": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // (1 << 20),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "program": _said([str(program), "--version"]),
        "commit": _said(["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"]),
        "changed": bool(_said(["git", "-C", str(ROOT), "status", "--porcelain", "--untracked-files=no"])),
    }


class Others:
    """Watches from its making on which part of the machine's time is taken by what the bench did not start."""

    def __init__(self) -> None:
        """Begins to watch."""
        self._started = time.monotonic()
        self._machine = _busy_seconds()
        self._own = _own_seconds()

    def share(self) -> float:
        """Returns that part so far, 0..=1. All processes of the bench must have ended."""
        theirs = (_busy_seconds() - self._machine) - (_own_seconds() - self._own)
        return max(0.0, theirs / (time.monotonic() - self._started) / (os.cpu_count() or 1))


def _busy_seconds() -> float:
    ticks = [int(value) for value in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    busy = sum(value for place, value in enumerate(ticks) if place not in _IDLE)
    return busy / os.sysconf("SC_CLK_TCK")


def _own_seconds() -> float:
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def _said(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
