"""Cards of the models, as menshen's own manifest gives them: what a network expects and how faces are laid on it."""

import os
import tomllib
from pathlib import Path
from typing import Any

MANIFEST = Path(__file__).resolve().parent.parent / "crates/models/manifest.toml"


def models_dir() -> Path:
    """Returns the folder in which menshen keeps its models."""
    if named := os.environ.get("MENSHEN_MODELS"):
        return Path(named)
    data = os.environ.get("XDG_DATA_HOME", "")
    base = Path(data) if data.startswith("/") else Path.home() / ".local/share"
    return base / "menshen/models"


def card(name: str) -> dict[str, Any]:
    """Returns a model's card."""
    return next(card for card in tomllib.loads(MANIFEST.read_text())["model"] if card["name"] == name)


def path(name: str) -> Path:
    """Returns where a model's ONNX file is, or would be."""
    return models_dir() / card(name)["file"]


def installed_embedders() -> list[str]:
    """Returns the names of the embedders that are there, in the manifest's order."""
    models = tomllib.loads(MANIFEST.read_text())["model"]
    return [card["name"] for card in models if card["role"] == "face_embedding" and path(card["name"]).exists()]
