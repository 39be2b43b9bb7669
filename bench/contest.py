"""Menshen and its peers on the same photos, and the numbers that come of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gates import Matcher, Reader
from peer import Peer, PeerError
from setting import Setting
from timing import Contestant, Photo, Series, interleave, order, ratio


@dataclass
class Result:
    """What a contest gave."""

    times: dict[str, Series]
    programs: list[Reader | Matcher]
    # What peers said of themselves when they were ready.
    notes: dict[str, dict[str, Any]]


def hold(
    setting: Setting,
    part: str,
    photos: Sequence[Photo],
    kind: type[Reader] | type[Matcher],
    subcommand: list[str],
    peers: dict[str, list[str]],
) -> Result:
    """Times every program of ours and every peer that can be started on the photos.

    `kind` says how photos are handed to `subcommand`; `peers` gives a module and its arguments each; `part` names the folder for
    what is needed on the way.
    """
    folder = setting.out / "runs" / part
    folder.mkdir(parents=True)
    started = [peer for name, arguments in peers.items() if (peer := _started(setting, name, arguments, folder))]
    sequence = order(photos, setting.rounds)
    programs: list[Reader | Matcher] = [
        kind(name, sequence, folder / f"gates-{place}", [*command, "--threads", "1", *subcommand], setting.core)
        for place, (name, command) in enumerate(setting.programs.items())
    ]
    contestants: list[Contestant] = [*programs, *started]
    setting.say(f"{part}: {len(photos)} photos, {', '.join(one.name for one in contestants)}")
    try:
        times = interleave(contestants, photos, setting.rounds, setting.say)
    finally:
        for one in contestants:
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
