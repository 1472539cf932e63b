"""The examples in docstrings run as they stand, and the arithmetic has one for each public function."""

import doctest
import importlib
import inspect
import pkgutil
from pathlib import Path

import pytest

import config
import forecasts
import tracker
from tracker import scoring

EVERYTHING = [
    module.name
    for package in (config, forecasts, tracker)
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    if not module.name.endswith("__main__") and ".migrations" not in module.name
]
MODULES = [f"tracker.scoring.{module.name}" for module in pkgutil.iter_modules(scoring.__path__)]


@pytest.mark.parametrize("name", EVERYTHING)
def test_examples_come_true(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_the_page_that_defines_every_number_is_true() -> None:
    page = Path(scoring.__path__[0]) / "README.md"
    tried = doctest.testfile(str(page), module_relative=False)
    assert (tried.failed, tried.attempted > 40) == (0, True)


@pytest.mark.parametrize("name", [*MODULES, "forecasts.crowd"])
def test_every_public_function_of_the_arithmetic_carries_an_example(name: str) -> None:
    module = importlib.import_module(name)
    for function, body in inspect.getmembers(module, inspect.isfunction):
        if body.__module__ == name and not function.startswith("_"):
            assert ">>>" in (body.__doc__ or ""), function
