"""Machine-readable zones: photo to parsed lines."""

from typing import Any

import material
import truth
from contest import hold, summary
from gates import Reader
from setting import Setting

_PEERS = {
    "rapidocr": ["peers.rapid", "mrz"],
    "PassportEye": ["peers.passporteye"],
    "Tesseract": ["peers.tesseract"],
}


def measure(setting: Setting) -> list[dict[str, Any]]:
    """Returns times and verdicts, for photographed and drawn zones apart."""
    photographed = material.true_zones(setting.data / "documents")
    if not photographed:
        setting.leave_out("photographed zones are left out: there is no ../shared/data/documents")
    sets = {"photographed": photographed, "drawn": setting.artist("mrz").zones(setting.specimens)}
    return [_contest(setting, name, zones) for name, zones in sets.items() if zones]


def _contest(setting: Setting, name: str, zones: list[material.Zone]) -> dict[str, Any]:
    result = hold(setting, f"mrz-{name}", [zone.photo for zone in zones], Reader, ["mrz", "--today", material.TODAY], _PEERS)
    verdicts = {
        contestant: {zone.photo.name: truth.judge_zone(series.answers[zone.photo.name], zone.lines) for zone in zones}
        for contestant, series in result.times.items()
    }
    return {
        "title": f"MRZ, photo to parsed lines: {len(zones)} {name}",
        "times": summary(setting, result.times),
        "verdicts": verdicts,
        "notes": result.notes,
    }
