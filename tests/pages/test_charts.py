"""The browser bundle: every chart in it, compiled by Vega-Lite without complaint."""

import json
import re
from pathlib import Path

import pytest
import vl_convert

from tracker import charts
from tracker.charts import bundle

ROWS = {
    "crowd": [{"at": "2027-01-01T00:00:00Z", "recency_weighted": 0.4, "n": 2}],
    "own": [{"made_at": "2027-01-02T00:00:00Z", "probability": 0.5}],
    "evidence": [
        {"added_at": "2027-01-02T00:00:00Z", "title": "A poll", "direction": way, "n": 1}
        for way in ("raises", "lowers")
    ],
    "wordings": [
        {"version": version, "made_at": f"2027-01-0{version}T00:00:00Z", "reason": "Clearer."} for version in (1, 2)
    ],
    "bins": [
        {
            "lower": 0.4,
            "mean_probability": 0.4,
            "observed_frequency": 0.5,
            "n": 3,
            "n_eff": 2.5,
            "low": 0.1,
            "high": 0.9,
            "few": True,
        }
    ],
    "band": [{"probability": 0.2, "low": 0.1, "high": 0.3}, {"probability": 0.6, "low": 0.4, "high": 0.8}],
    "rounds": [
        {"entered_at": f"2027-01-0{day}T00:00:00Z", "number": day, "mean": -0.1, "low": -0.3, "high": 0.1}
        for day in (1, 2)
    ],
    "moments": [{"at": f"2027-01-0{day}T00:00:00Z", "baseline": 40 - 20 * day, "peer": 5 * day} for day in (1, 2, 3)],
    "curve": [{"from": 0.2, "to": 0.4, "recalibrated": 0.3}],
}

# As attributes of the figure give them: text.
PARAMETERS = {"until": "2027-02-01T00:00:00Z", "most": "0.4", "forecasts": "/calibration/forecasts/?scope=all"}


@pytest.mark.parametrize("name", sorted(charts.specifications()))
def test_a_chart_draws_what_the_api_gives(name: str) -> None:
    specification = json.loads(json.dumps(charts.specifications()[name]))
    specification["width"] = 400
    for layer in specification["layer"]:
        if kind := layer["data"].get("format", {}).get("property"):
            layer["data"] = {"values": ROWS[kind] if kind in ROWS else ROWS[layer["data"]["name"]]}
    for parameter in specification.get("params", []):
        parameter["value"] = PARAMETERS[parameter["name"]]
    svg = vl_convert.vegalite_to_svg(specification)
    assert svg.count('role="graphics-symbol"') + svg.count('aria-roledescription="line mark"') >= 2
    assert "NaN" not in svg


def test_evidence_points_up_and_down_on_the_chart_and_a_new_wording_is_a_line() -> None:
    specification = json.loads(json.dumps(charts.specifications()["history"]))
    for layer in specification["layer"]:
        layer["data"] = {"values": ROWS[layer["data"]["name"]]}
    specification |= {"width": 400, "params": [{"name": "until", "value": PARAMETERS["until"]}]}
    svg = vl_convert.vegalite_to_svg(specification)
    # Labels of the symbols carry what their tooltips say.
    assert svg.count("Says: A poll") == 2
    assert svg.count("Why: Clearer.") == 1


def test_a_bin_leads_to_its_forecasts() -> None:
    specification = json.loads(json.dumps(charts.specifications()["reliability"]))
    for layer in specification["layer"]:
        if kind := layer["data"].get("format", {}).get("property"):
            layer["data"] = {"values": ROWS[kind]}
    specification["params"][0]["value"] = PARAMETERS["forecasts"]
    assert "/calibration/forecasts/?scope=all&amp;bin=4" in vl_convert.vegalite_to_svg(specification)


def test_a_crowd_that_left_is_drawn_for_as_long_as_it_stood() -> None:
    """Its only point has no line to the next, at which nobody stands."""
    specification = json.loads(json.dumps(charts.specifications()["history"]))
    gone = {"at": "2027-01-11T00:00:00Z", "recency_weighted": None, "n": 0}
    for layer in specification["layer"]:
        layer["data"] = {"values": [*ROWS["crowd"], gone] if layer["data"]["name"] == "crowd" else []}
    specification["width"] = 400
    specification["params"][0]["value"] = "2027-02-01T00:00:00Z"
    drawn = re.findall(
        r'aria-roledescription="rule mark" transform="[^"]+" x2="([^"]+)"', vl_convert.vegalite_to_svg(specification)
    )
    assert drawn == ["400"]


def test_a_crowd_of_this_moment_has_hours_on_its_axis() -> None:
    """Right after the first estimate all that is drawn lies within milliseconds."""
    specification = json.loads(json.dumps(charts.specifications()["history"]))
    first = {"at": "2027-01-31T11:59:59.900Z", "recency_weighted": 0.4, "n": 1}
    for layer in specification["layer"]:
        layer["data"] = {"values": [first] if layer["data"]["name"] == "crowd" else []}
    specification["width"] = 400
    specification["params"][0]["value"] = "2027-01-31T12:00:00Z"
    labels = re.findall(r"<text[^>]*>([^<]+)</text>", vl_convert.vegalite_to_svg(specification))
    assert {"11:00", "12:00"} <= set(labels)
    assert not [label for label in labels if label.startswith((".", ":"))]


def test_the_bundle_holds_our_code_and_every_chart(tmp_path: Path) -> None:
    bundle.main(str(tmp_path / "vega.js"))
    built = (tmp_path / "vega.js").read_text()
    assert "observed_frequency" in built
    assert "recency_weighted" in built
    assert "data-chart" in built
    assert "eval(" not in bundle.snippet()
