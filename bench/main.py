"""Times menshen and its peers on the same photos. Start it with `bench/run`, which installs what is needed."""

import argparse
import datetime
import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import machine
import options
import peak
import report
import whole
from parts import card, face, zones
from setting import Setting

PARTS: dict[str, Callable[[Setting], list[dict[str, Any]]]] = {
    "mrz": zones.measure,
    "card": card.measure,
    "face": face.measure,
    "verify": lambda setting: [_verify(setting)],
}


def main() -> None:
    """Runs the parts that are asked for and writes results.json and bench.md."""
    asked = options.read()
    if asked.program is None:
        sys.exit("name the program with --program")
    _clear(asked.out)
    others = machine.Others()
    first_peak = peak.measure(asked.core)
    setting = _setting(asked, first_peak["gflops"])
    _draw_person(setting)
    parts = {name: measure(setting) for name, measure in PARTS.items() if name in asked.only}
    results = {
        "command": shlex.join(["bench/run", *sys.argv[1:]]),
        "when": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "machine": machine.describe(asked.program),
        "others": (share := others.share()),
        "quiet": share <= machine.QUIET,
        "peak": first_peak,
        "versions": setting.versions | _tesseract(parts),
        "left_out": setting.left_out,
        "parts": parts,
    }
    (asked.out / "results.json").write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")
    (asked.out / "bench.md").write_text(report.as_markdown(results))
    print(report.as_text(results))


def _setting(asked: argparse.Namespace, peak_gflops: float) -> Setting:
    programs = {"menshen": [str(asked.program), "--offline", "--json"]}
    if asked.ort_program:
        library = next(Path(sys.prefix).rglob("libonnxruntime.so.*"))
        programs["menshen (ort)"] = [str(asked.ort_program), *programs["menshen"][1:], "--ort-library", str(library)]
    return Setting(
        programs=programs,
        out=asked.out,
        core=asked.core,
        rounds=asked.rounds,
        specimens=asked.specimens,
        degrade=asked.degrade,
        data=asked.data,
        peak_gflops=peak_gflops,
        say=lambda line: print(f"== {line}", file=sys.stderr, flush=True),
    )


def _clear(out: Path) -> None:
    """Removes what an earlier run has left, and nothing else."""
    for name in ("runs", "specimens", "faces"):
        shutil.rmtree(out / name, ignore_errors=True)
    out.mkdir(parents=True, exist_ok=True)


def _draw_person(setting: Setting) -> None:
    """Lets the program draw its sample: the portrait of drawn documents and the person of `verify`."""
    # Not offline: the first run on a machine fetches the models.
    command = [setting.programs[setting.ours][0], "--json", "verify", "--sample"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def _verify(setting: Setting) -> dict[str, Any]:
    """Measures a whole verification on two cores, where there are two."""
    others = [core for core in sorted(os.sched_getaffinity(0)) if core != setting.core]
    cores = [setting.core, *others[:1]]
    return whole.measure(setting.programs[setting.ours], setting.person, cores, setting.rounds)


def _tesseract(parts: dict[str, Any]) -> dict[str, str]:
    notes = [part["notes"].get("Tesseract", {}) for part in parts.get("mrz", [])]
    return {"tesseract": notes[0]["tesseract"]} if notes and notes[0] else {}


if __name__ == "__main__":
    main()
