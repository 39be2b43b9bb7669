"""The rate of single-precision arithmetic that one core reaches: numpy's matrix product, the best of many."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from process import on_cores, one_thread

_SIDES = (512, 1024, 1536)
_RUNS = 12


def measure(core: int) -> dict[str, Any]:
    """Returns `gflops` and the name of the `kernel`, measured on this core in a process of its own."""
    # Set by some to steer old builds of OpenBLAS; a current one is slower with it.
    environment = {name: value for name, value in one_thread().items() if not name.startswith("OPENBLAS_CORETYPE")}
    command = on_cores([core], [sys.executable, str(Path(__file__).resolve())])
    return json.loads(subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout)


def best_gflops() -> float:
    """Returns the highest rate of any product, in 1e9 operations a second."""
    import numpy as np

    chance = np.random.default_rng(1)
    best = 0.0
    for side in _SIDES:
        a, b = (chance.random((side, side), dtype=np.float32) for _ in range(2))
        out = np.empty((side, side), np.float32)
        for _ in range(_RUNS):
            started = time.perf_counter()
            np.matmul(a, b, out=out)
            best = max(best, 2 * side**3 / (time.perf_counter() - started) / 1e9)
        # A kernel that computes wrong is fast for nothing.
        if not np.allclose(out[0], a[0].astype(np.float64) @ b, rtol=1e-3):
            raise ArithmeticError("the matrix product is wrong")
    return best


def main() -> None:
    """Prints the rate and which kernel reached it."""
    import numpy  # noqa: F401  (loads the library that is asked about)
    from threadpoolctl import threadpool_info

    kernel = next((f"{lib['internal_api']} {lib['version']} {lib.get('architecture', '')}" for lib in threadpool_info()), "")
    print(json.dumps({"gflops": best_gflops(), "kernel": kernel.strip()}))


if __name__ == "__main__":
    main()
