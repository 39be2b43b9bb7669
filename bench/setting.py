"""What every part of the bench needs to know."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import cards
import material


@dataclass
class Setting:
    """Programs, folders and numbers of one run."""

    # Commands up to the subcommand by the names that stand in tables. Others are compared with the first one.
    programs: dict[str, list[str]]
    out: Path
    # The core on which everything with one thread runs.
    core: int
    rounds: int
    # Documents drawn of each kind.
    specimens: int
    # Degradations of drawn documents, as `menshen specimen --degrade` takes them.
    degrade: str | None
    # The folder of data that is not in the repository.
    data: Path
    # What one core reaches in single-precision arithmetic, in 1e9 operations a second.
    peak_gflops: float
    say: Callable[[str], None]
    versions: dict[str, str] = field(default_factory=dict)
    # What was not measured, and why: a line each.
    left_out: list[str] = field(default_factory=list)

    @property
    def ours(self) -> str:
        """The name that others are compared with."""
        return next(iter(self.programs))

    @property
    def person(self) -> Path:
        """The folder of the person that `menshen verify --sample` has drawn beside the models."""
        return cards.models_dir() / "samples" / "drawn"

    def artist(self, part: str) -> material.Artist:
        """Returns who draws the documents of a part."""
        folder = self.out / "specimens" / part
        return material.Artist(self.programs[self.ours], self.person / "selfie.jpg", folder, self.degrade)

    def leave_out(self, why: str) -> None:
        """Notes what is not measured."""
        self.left_out.append(why)
        self.say(why)
