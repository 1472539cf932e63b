"""Builds the browser bundle, Vega-Lite with our charts in it: `python -m tracker.charts.bundle build/vega.js`."""

import json
import sys
from pathlib import Path

import vl_convert

from tracker.charts import HERE, look, specifications


def snippet() -> str:
    """Our code as part of the bundle: an import in a script of its own would escape the hashing of file names."""
    charts = json.dumps(specifications(), ensure_ascii=False)
    mount = (HERE / "mount.js").read_text(encoding="utf-8")
    return f"const SPECS = {charts};\nconst LOOK = {json.dumps(look())};\n{mount}"


def main(target: str) -> None:
    Path(target).write_text(vl_convert.javascript_bundle(snippet()), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
