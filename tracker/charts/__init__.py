"""Charts: a Vega-Lite specification each, their look, and what puts them on a page. A new chart is a new file."""

import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
LOOK = HERE / "look.json"


def specifications() -> dict[str, dict[str, Any]]:
    """Every chart by its name."""
    charts = sorted(path for path in HERE.glob("*.json") if path != LOOK)
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in charts}


def look() -> dict[str, Any]:
    """How marks and axes look: Vega's configuration, with the stylesheet's tokens for colours and letters."""
    return dict(json.loads(LOOK.read_text(encoding="utf-8")))
