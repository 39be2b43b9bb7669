"""Fronts of PRC resident identity cards: photo to fields."""

from typing import Any

import material
import truth
from contest import hold, summary
from gates import Reader
from setting import Setting

_PEERS = {"rapidocr": ["peers.rapid", "card"]}


def measure(setting: Setting) -> list[dict[str, Any]]:
    """Returns times, and which fields were right."""
    cards = setting.artist("card").cards(setting.specimens)

    result = hold(setting, "card", [card.photo for card in cards], Reader, ["document", "--today", material.TODAY], _PEERS)
    right = {
        name: {card.photo.name: truth.right_fields(series.answers[card.photo.name], card.fields) for card in cards}
        for name, series in result.times.items()
    }
    return [
        {
            "title": f"PRC card front, photo to fields: {len(cards)} drawn",
            "times": summary(setting, result.times),
            "fields": sum(len(card.fields) for card in cards),
            "right": {name: sum(map(len, of.values())) for name, of in right.items()},
            "only_they_read": {
                name: sorted(f"{photo}: {field}" for photo, fields in of.items() for field in fields - right[setting.ours][photo])
                for name, of in right.items()
                if name != setting.ours
            },
            "notes": result.notes,
        }
    ]
