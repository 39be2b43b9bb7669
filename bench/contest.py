"""Menshen and its peers on the same photos, and the numbers that come of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gates import Gated
from peer import Peer, PeerError
from setting import Setting
from timing import Photo, Series, interleave, order, ratio

# Starts menshen over photos: name, photos in order, folder to use, command up to the subcommand.
Start = Callable[[str, Sequence[Photo], Path, list[str]], Gated]


@dataclass
class Result:
    """What a contest gave."""

    times: dict[str, Series]
    programs: list[Gated]
    # What peers said of themselves when they were ready.
    notes: dict[str, dict[str, Any]]


def hold(setting: Setting, part: str, photos: Sequence[Photo], start: Start, peers: dict[str, list[str]]) -> Result:
    """Times every program of ours and every peer that can be started on the photos.

    `peers` names a module and its arguments each. `part` names the folder for what is needed on the way.
    """
    folder = setting.out / "runs" / part
    folder.mkdir(parents=True)
    started = [peer for name, arguments in peers.items() if (peer := _started(setting, name, arguments, folder))]
    sequence = order(photos, setting.rounds)
    programs = [
        start(name, sequence, folder / f"gates-{place}", [*command, "--threads", "1"])
        for place, (name, command) in enumerate(setting.programs.items())
    ]
    setting.say(f"{part}: {len(photos)} photos, {', '.join(one.name for one in [*programs, *started])}")
    try:
        times = interleave([*programs, *started], photos, setting.rounds, setting.say)
    finally:
        for one in [*programs, *started]:
            one.stop()
    return Result(times, programs, {peer.name: peer.notes for peer in started})


def summary(setting: Setting, times: dict[str, Series]) -> dict[str, Any]:
    """Returns what is reported of the times: medians in milliseconds, ratios to ours with their intervals."""
    ours = times[setting.ours]
    return {
        name: {
            "photos": len(series.seconds),
            "rounds": setting.rounds,
            "median_ms": series.median() * 1000,
            "ratio": None if name == setting.ours else ratio(series, ours),
            "photo_ms": {photo: median * 1000 for photo, median in series.medians().items()},
            "failed": sorted(photo for photo, answer in series.answers.items() if isinstance(answer, dict) and answer.get("error")),
            "unsteady": series.unsteady,
        }
        for name, series in times.items()
    }


def _started(setting: Setting, name: str, arguments: list[str], folder: Path) -> Peer | None:
    try:
        peer = Peer(name, arguments, setting.core, folder / f"{arguments[0]}.log")
    except (PeerError, TimeoutError) as error:
        setting.leave_out(f"{name} is left out: {error}")
        return None
    setting.versions |= peer.versions
    return peer
