"""Arguments of `bench/run`, checked before anything is installed: `python3 options.py ARGUMENTS`."""

import argparse
import os
from pathlib import Path

PARTS = ("mrz", "card", "face", "verify")
_ROOT = Path(__file__).resolve().parent.parent


def read() -> argparse.Namespace:
    """Returns the arguments; ends the program where they are wrong."""
    program = os.environ.get("MENSHEN_BENCH_PROGRAM") or None
    parser = argparse.ArgumentParser(prog="bench/run", description="Times menshen and its peers on the same photos.")
    add = parser.add_argument
    add("--out", type=Path, required=True, metavar="DIR", help="folder for results; what an earlier run left there is replaced")
    add("--program", type=Path, default=program, metavar="FILE", help="menshen to measure, else one is built [env: MENSHEN_BENCH_PROGRAM]")
    add("--ort-program", type=Path, metavar="FILE", help="one built with `--features ort`, measured beside it on onnxruntime's library")
    add("--rounds", type=int, default=5, metavar="N", help="how often each photo is measured [5]")
    add("--specimens", type=int, default=8, metavar="N", help="documents drawn of each kind [8]")
    add("--degrade", metavar="LIST", help="degradations of drawn documents, as `menshen specimen --degrade` takes them")
    add("--core", type=int, default=max(os.sched_getaffinity(0)), metavar="N", help="core on which single threads run [the last one]")
    add("--only", type=lambda text: text.split(","), default=list(PARTS), metavar="PARTS", help=f"parts to run, of {','.join(PARTS)}")
    add("--data", type=Path, default=_ROOT.parent / "shared/data", metavar="DIR", help="data outside the repository [../shared/data]")
    asked = parser.parse_args()
    if unknown := set(asked.only) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    if asked.rounds < 1 or asked.specimens < 1:
        parser.error("at least one round and one specimen of each kind")
    for name in ("program", "ort_program"):
        if (path := getattr(asked, name)) and not os.access(path, os.X_OK):
            parser.error(f"no program: {path}")
    for name in ("out", "program", "data", "ort_program"):
        if (path := getattr(asked, name)) is not None:
            setattr(asked, name, path.resolve())
    return asked


if __name__ == "__main__":
    read()
