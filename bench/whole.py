"""A whole `menshen verify`: time and memory of the process, and the time that it says it worked with its models loaded."""

import json
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from process import on_cores


def measure(program: Sequence[str], person: Path, cores: Sequence[int], runs: int) -> dict[str, Any]:
    """Verifies a drawn person `runs` times with a thread a core, after one run that is not counted.

    `person` is a folder with claims.json, front.jpg, back.jpg and selfie.jpg. Returns medians and the highest memory.
    """
    command = [*program, "--threads", str(len(cores)), "verify"]
    command += ["--claims", str(person / "claims.json")]
    for side in ("front", "back", "selfie"):
        command += [f"--{side}", str(person / f"{side}.jpg")]
    taken = [_run(on_cores(cores, command)) for _ in range(runs + 1)][1:]
    return {
        "runs": runs,
        "threads": len(cores),
        "verify_ms": statistics.median(run["verify_ms"] for run in taken),
        "process_ms": statistics.median(run["process_ms"] for run in taken),
        "peak_mib": max(run["peak_mib"] for run in taken),
        "outcomes": sorted({run["outcome"] for run in taken}),
        "samples": taken,
    }


def _run(command: Sequence[str]) -> dict[str, Any]:
    with tempfile.TemporaryFile() as out:
        started = time.perf_counter()
        child = subprocess.Popen(command, stdout=out)
        _, status, usage = os.wait4(child.pid, 0)
        process_ms = (time.perf_counter() - started) * 1000
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            raise subprocess.CalledProcessError(child.returncode, list(command))
        out.seek(0)
        said = json.loads(out.read())
    return {
        "verify_ms": said["milliseconds"],
        "process_ms": process_ms,
        # Linux counts it in KiB.
        "peak_mib": usage.ru_maxrss / 1024,
        "outcome": said["outcome"],
    }
