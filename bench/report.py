"""Tables of a run: the same ones for the terminal and as Markdown."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import truth

_VERDICTS = ("right", "none", "wrong", "wrong, digits agree", "wrong, certain", "failed")
Results = dict[str, Any]


@dataclass
class Table:
    """A heading, columns, rows and remarks below them."""

    title: str
    columns: list[str]
    rows: list[list[str]]
    remarks: list[str] = field(default_factory=list)


def tables(results: Results) -> list[Table]:
    """Returns all tables of a run."""
    parts = results["parts"]
    found = [_zones(part) for part in parts.get("mrz", [])]
    found += [_cards(part) for part in parts.get("card", [])]
    for part in parts.get("face", []):
        found += [_faces(part), _arithmetic(part)]
    found += [_whole(part) for part in parts.get("verify", [])]
    return found


def as_text(results: Results) -> str:
    """Returns the tables for a terminal."""
    blocks = []
    for table in tables(results):
        widths = [max(map(_width, column)) for column in zip(table.columns, *table.rows, strict=True)]
        lines = [_padded(row, widths) for row in (table.columns, *table.rows)]
        blocks.append("\n".join([table.title, *(f"  {line}" for line in lines), *(f"  {line}" for line in table.remarks)]))
    return "\n\n".join([*blocks, "\n".join(_about(results))])


def as_markdown(results: Results) -> str:
    """Returns the tables as a fragment to be put into a page."""
    blocks = ["\n".join(f"- {line}" for line in _about(results))]
    for table in tables(results):
        rows = [table.columns, ["---"] * len(table.columns), *table.rows]
        blocks.append(f"### {table.title}\n\n" + "\n".join(f"| {' | '.join(row)} |" for row in rows))
        blocks += ["\n".join(table.remarks)] if table.remarks else []
    return "\n\n".join(blocks) + "\n"


def _about(results: Results) -> list[str]:
    machine = results["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in sorted(results["versions"].items()))
    changed = " with changes" if machine["changed"] else ""
    lines = [
        f"command: `{results['command']}`",
        f"machine: {machine['processor']}, {machine['cores']} cores, {machine['memory_mib']} MiB, {machine['system']}",
        f"one core's measured peak: {results['peak']['gflops']:.1f} GFLOP/s ({results['peak']['kernel']})",
        f"versions: {machine['program']} (commit {machine['commit']}{changed}), Python {machine['python']}, {versions}",
        f"{results['when']}; other work took {_percent(results['others'])} of the machine's time",
    ]
    if not results["quiet"]:
        lines.append("NOT A QUIET MACHINE: these figures show that the bench works and are not to be published")
    return lines + [f"not measured: {why}" for why in results["left_out"]]


def _zones(part: Results) -> Table:
    rows = []
    for name, times in part["times"].items():
        counts = truth.tally(part["verdicts"][name].values())
        rows.append([*_time_cells(name, times), *(str(counts.get(verdict, 0)) for verdict in _VERDICTS)])
    remarks = _common_remarks(part)
    start = part["notes"].get("PassportEye", {}).get("tesseract_start_seconds")
    if start is not None:
        remarks.append(f"PassportEye starts tesseract for each try; a start on an empty picture took {_ms(start * 1000)} ms here.")
    return Table(part["title"], [*_TIME_COLUMNS, *_VERDICTS], rows, remarks)


def _cards(part: Results) -> Table:
    rows = [[*_time_cells(name, times), f"{part['right'][name]} of {part['fields']}"] for name, times in part["times"].items()]
    remarks = _common_remarks(part)
    for name, fields in part["only_they_read"].items():
        remarks.append(f"Right by {name} and not by us: {', '.join(fields) or 'nothing'}.")
    return Table(part["title"], [*_TIME_COLUMNS, "fields right"], rows, remarks)


def _faces(part: Results) -> Table:
    words = {True: "yes", False: "no", None: "no face"}
    rows = [[*_time_cells(name, times), words[part["one_person_first"][name]]] for name, times in part["times"].items()]
    remarks = _common_remarks(part)
    if part["score_difference"] is not None:
        remarks.append(f"Largest difference of a pair's score between us and the Python pipeline: {part['score_difference']:.3f}.")
    return Table(part["title"], [*_TIME_COLUMNS, "one person's two photos most alike"], rows, remarks)


def _arithmetic(part: Results) -> Table:
    of = part["arithmetic"]
    networks = ", ".join(f"{name} {count / 1e6:.0f} million x {of['runs'][name]}" for name, count in of["operations"].items())
    rows = [[name, "photo to vector", _percent(share)] for name, share in of["share_of_peak"].items()]
    for contestant, shares in of["network_share_of_peak"].items():
        rows += [[contestant, f"{name} alone", _percent(share)] for name, share in shares.items()]
    return Table(
        f"Share of the core's measured peak: {part['title'].split(': ')[1]}",
        ["", "what", "share"],
        rows,
        [f"Operations: {networks}. On the way from photo to vector, decoding, finding and aligning count as time and not as operations."],
    )


def _whole(part: Results) -> Table:
    row = [str(part["runs"]), _ms(part["verify_ms"]), _ms(part["process_ms"]), f"{part['peak_mib']:.0f}", ", ".join(part["outcomes"])]
    columns = ["runs", "photos to decision, ms", "whole process, ms", "peak memory, MiB", "outcome"]
    return Table(f"menshen verify, {part['threads']} threads: front, back, selfie", columns, [row])


_TIME_COLUMNS = ["", "photos", "median, ms", "times ours", "95 %"]


def _time_cells(name: str, times: Results) -> list[str]:
    if times["ratio"] is None:
        return [name, str(times["photos"]), _ms(times["median_ms"]), "1", ""]
    value, low, high = times["ratio"]
    return [name, str(times["photos"]), _ms(times["median_ms"]), f"{value:.2f}", f"{low:.2f}-{high:.2f}"]


def _common_remarks(part: Results) -> list[str]:
    rounds = next(iter(part["times"].values()))["rounds"]
    remarks = [f"Each photo {rounds} times; medians of photos' medians; the interval is a bootstrap over photos."]
    for name, times in part["times"].items():
        if times["failed"]:
            remarks.append(f"{name} failed on: {', '.join(times['failed'])}.")
        if times["unsteady"]:
            remarks.append(f"{name} did not answer the same each time on: {', '.join(times['unsteady'])}.")
    return remarks


def _ms(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _width(text: str) -> int:
    """Returns how many columns of a terminal a text takes."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _padded(cells: Iterable[str], widths: Iterable[int]) -> str:
    return "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=True)).rstrip()
