"""`make bench`: runs the benchmarks whose names contain one of the words given, or all, and prints what they found."""

import argparse
import importlib
import json
import os
import pkgutil
import sys
from collections.abc import Callable, Container, Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

import django

import benchmarks
from benchmarks.measuring import Row, Sample

COLUMNS = "{:<22} {:<44} {:>12} {:<14} {:<20} {}"


def main(arguments: list[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    found = named()
    options = parse(arguments, sorted(found))
    chosen = {
        name: made for name, made in found.items() if any(meant(word, name, found) for word in options.words or [""])
    }
    report: dict[str, list[dict[str, Any]]] = {}
    write = sys.stderr if options.json else sys.stdout
    print(COLUMNS.format("benchmark", "setting", "figure", "unit", "goal", "verdict"), file=write)
    for name, made in sorted(chosen.items()):
        report[name] = []
        for row in made(options.scale):
            print(line(name, row, options.scale), file=write, flush=True)
            report[name].append(row.as_json())
    text = json.dumps({"scale": options.scale, "benchmarks": report}, indent=1)
    if options.json:
        print(text)
    else:
        options.output.parent.mkdir(exist_ok=True)
        options.output.write_text(f"{text}\n")
    return 0


def named() -> dict[str, Callable[[float], Iterable[Row]]]:
    """Every module of this package that has `rows`, by its name."""
    modules = (_module(found.name) for found in pkgutil.iter_modules(benchmarks.__path__) if found.name != "__main__")
    return {module.__name__.rpartition(".")[2]: module.rows for module in modules if hasattr(module, "rows")}


def meant(word: str, name: str, names: Container[str]) -> bool:
    """Whether a word asks for a benchmark: part of its name, unless it is the whole name of one."""
    return word == name if word in names else word in name


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"benchmarks.{name}")


def parse(arguments: list[str], names: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__, epilog=f"benchmarks: {', '.join(names)}")
    parser.add_argument("words", nargs="*", metavar="WORD", help="part of a benchmark's name")
    parser.add_argument("--scale", type=float, default=1.0, help="smaller sizes, to try it; goals are for 1")
    parser.add_argument("--json", action="store_true", help="JSON on standard output, the table on standard error")
    parser.add_argument("--output", type=Path, default=Path("build/bench.json"), help="where the JSON goes otherwise")
    options = parser.parse_args(arguments)
    if unknown := [word for word in options.words if not any(word in name for name in names)]:
        parser.error(f"no benchmark is called anything like {', '.join(unknown)}; there are {', '.join(names)}")
    return options


def line(name: str, row: Row, scale: float) -> str:
    verdict = row.verdict if scale == 1 else ""
    first = COLUMNS.format(name, row.setting, f"{row.figure:,.4g}", row.unit, row.goal, verdict).rstrip()
    beneath = [f"{label} {told(sample)}" for label, sample in row.samples.items()] + ([row.note] if row.note else [])
    return "\n".join([first, *(f"{'':<22}   {text}" for text in beneath)])


def told(sample: Sample) -> str:
    """The median, and the least and the greatest."""
    return f"{sample.median:,.4g} ({min(sample.values):,.4g} to {max(sample.values):,.4g}, {len(sample.values)} times)"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
