"""Times that can be compared: interleaved, medians, and ratios of medians with intervals."""

import random
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

# Resamples of the photos behind an interval, and the seed that makes it the same each time.
RESAMPLES = 2000
SEED = 1


@dataclass(frozen=True)
class Photo:
    """A photo, with the name that stands in reports."""

    name: str
    path: Path


class Contestant(Protocol):
    """Menshen or a peer."""

    name: str

    def measure(self, photo: Photo) -> float:
        """Returns the seconds that one photo took."""

    def finish(self) -> list[Any]:
        """Ends the process; returns the answer to each photo that was measured, in order."""

    def stop(self) -> None:
        """Ends a process that is still running."""


@dataclass
class Series:
    """What one contestant took for each photo, in seconds, and what it answered in the first round."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)
    # Photos to which it has given more than one answer.
    unsteady: list[str] = field(default_factory=list)

    def medians(self) -> dict[str, float]:
        """Returns the median of each photo over the rounds."""
        return {photo: statistics.median(taken) for photo, taken in self.seconds.items()}

    def median(self) -> float:
        """Returns the median over the photos of their medians."""
        return statistics.median(self.medians().values())


def interleave(
    contestants: Sequence[Contestant], photos: Sequence[Photo], rounds: int, say: Callable[[str], None]
) -> dict[str, Series]:
    """Times every contestant on every photo, one after the other, `rounds` times over.

    Each photo goes to all contestants before the next one, and each time another one begins, so that whatever else the
    machine does hits all alike. A first photo is not counted: it warms caches and the memory of each runtime.
    """
    for contestant in contestants:
        contestant.measure(photos[0])
    all_series = {contestant.name: Series() for contestant in contestants}
    for round_number in range(rounds):
        for place, photo in enumerate(photos):
            first = (round_number + place) % len(contestants)
            for contestant in [*contestants[first:], *contestants[:first]]:
                taken = contestant.measure(photo)
                all_series[contestant.name].seconds.setdefault(photo.name, []).append(taken)
        say(f"round {round_number + 1} of {rounds}")
    for contestant in contestants:
        _note_answers(all_series[contestant.name], photos, contestant.finish()[1:])
    return all_series


def order(photos: Sequence[Photo], rounds: int) -> list[Photo]:
    """Returns the photos in the order in which `interleave` hands them to each contestant."""
    return [photos[0], *list(photos) * rounds]


def ratio(theirs: Series, ours: Series) -> tuple[float, float, float]:
    """Returns how many times our median theirs is, with a 95 % interval by bootstrap over the photos."""
    a, b = theirs.medians(), ours.medians()
    names = sorted(a.keys() & b.keys())
    chance = random.Random(SEED)

    def of(chosen: Sequence[str]) -> float:
        return statistics.median(a[name] for name in chosen) / statistics.median(b[name] for name in chosen)

    drawn = sorted(of(chance.choices(names, k=len(names))) for _ in range(RESAMPLES))
    return of(names), drawn[int(0.025 * RESAMPLES)], drawn[int(0.975 * RESAMPLES)]


def _note_answers(series: Series, photos: Sequence[Photo], answers: Sequence[Any]) -> None:
    for place, answer in enumerate(answers):
        name = photos[place % len(photos)].name
        if series.answers.setdefault(name, answer) != answer and name not in series.unsteady:
            series.unsteady.append(name)
