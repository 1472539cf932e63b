"""docker-compose.yml, Dockerfile, Procfile, .env.example and the settings agree."""

import ast
import json
import os
import re
import shlex
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

from config.embedded.servers import Postgres, Valkey

from .servers import bare

ROOT = Path(__file__).parents[2]
APP = {"web", "worker", "beat", "migrate"}
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", "")


def names_that_settings_read() -> set[str]:
    """The first argument of every call env.<type>("NAME", ...)."""
    calls = [
        node for node in ast.walk(ast.parse((ROOT / "config/settings.py").read_text())) if isinstance(node, ast.Call)
    ]
    return {
        call.args[0].value
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "env"
    }


def example() -> dict[str, str]:
    lines = (ROOT / ".env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def interpolated(text: str) -> set[str]:
    return set(re.findall(r"\$\{([A-Z_]+)", text))


def fill_in(value: str, values: dict[str, str]) -> str:
    """What compose makes of ${NAME}, ${NAME:-default} and ${NAME:?complaint}."""
    return re.sub(
        r"\$\{([A-Z_]+)(?::([-?])([^}]*))?\}",
        lambda m: values.get(m[1]) or (m[3] if m[2] == "-" else pytest.fail(f"{m[1]} is needed")),
        value,
    )


def procfile() -> dict[str, list[str]]:
    """The commands without the variables that they set before them."""
    lines = (ROOT / "Procfile").read_text().splitlines()
    pairs = (line.split(":", 1) for line in lines)
    return {name: [word for word in shlex.split(line) if not re.match(r"[A-Z_]+=", word)] for name, line in pairs}


def test_the_services_are_those_of_the_procfile_with_their_servers_and_the_migration():
    assert set(SERVICES) == {*procfile(), "migrate", "postgres", "valkey"}


@pytest.mark.parametrize("name", sorted(procfile()))
def test_a_service_runs_what_the_procfile_runs(name):
    command = SERVICES[name]["command"].replace("0.0.0.0:8000", "127.0.0.1:${PORT:-8000}")
    assert shlex.split(command) == procfile()[name]


def test_the_image_serves_as_compose_does():
    command = json.loads(re.search(r"^CMD (.*)$", DOCKERFILE, re.MULTILINE)[1])
    assert command == shlex.split(fill_in(SERVICES["web"]["command"], {}))


@pytest.mark.parametrize("name", sorted(APP - {"web"}))
def test_each_service_gets_every_variable_that_the_settings_read(name):
    assert set(SERVICES[name]["environment"]) == names_that_settings_read() - {"DEBUG", "DB_POOL"}


def test_only_the_web_process_keeps_a_pool():
    assert set(SERVICES["web"]["environment"]) == names_that_settings_read() - {"DEBUG"}
    assert SERVICES["web"]["environment"]["DB_POOL"] == "true"
    assert [line.split(":")[0] for line in (ROOT / "Procfile").read_text().splitlines() if "DB_POOL=true" in line] == [
        "web"
    ]


def test_each_variable_that_anything_reads_is_explained_and_no_other():
    elsewhere = {"FORECAST_TRACKER_DATA", "CHROMIUM"}
    texts = ((ROOT / name).read_text() for name in ("docker-compose.yml", "Procfile"))
    read = names_that_settings_read().union(elsewhere, *(interpolated(text) for text in texts))
    assert set(example()) == read


def test_the_variables_that_compose_hands_on_are_enough_to_run_in_production():
    values = example() | {"SECRET_KEY": "0123456789" * 5, "POSTGRES_PASSWORD": "password"}
    environment = {name: fill_in(value, values) for name, value in SERVICES["web"]["environment"].items()}
    checked = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("name", ["SECRET_KEY", "POSTGRES_PASSWORD", "ALLOWED_HOSTS"])
def test_compose_does_not_run_without(name):
    text = (ROOT / "docker-compose.yml").read_text()
    assert f"${{{name}:?" in text
    assert not re.search(rf"\$\{{{name}(\}}|:-)", text), "and never falls back to something"


def test_the_addresses_lead_to_the_services():
    environment = SERVICES["web"]["environment"]
    database = urlsplit(fill_in(environment["DATABASE_URL"], {"POSTGRES_PASSWORD": "password"}))
    given = SERVICES["postgres"]["environment"]
    assert (database.hostname, database.username, database.path[1:]) == (
        "postgres",
        given["POSTGRES_USER"],
        given["POSTGRES_DB"],
    )
    assert urlsplit(environment["REDIS_URL"]).hostname == "valkey"
    assert SERVICES["web"]["ports"] == ["127.0.0.1:${PORT:-8000}:8000"]


def test_the_servers_are_of_the_versions_that_the_wheels_hold(tmp_path):
    program = Postgres(tmp_path).program("postgres")
    version = subprocess.check_output([program, "--version"], text=True).split()[-1].split(".")[0]
    assert SERVICES["postgres"]["image"] == f"postgres:{version}"
    valkey = next((Valkey(tmp_path).package / "_binaries").glob("*/valkey-server"))
    version = re.search(r"v=(\d+)", subprocess.check_output([valkey, "--version"], text=True))[1]
    assert SERVICES["valkey"]["image"] == f"valkey/valkey:{version}"


def test_what_the_servers_hold_is_on_volumes():
    assert SERVICES["postgres"]["volumes"] == ["postgres:/var/lib/postgresql"]
    assert SERVICES["valkey"]["volumes"] == ["valkey:/data"]
    assert set(COMPOSE["volumes"]) == {"postgres", "valkey"}


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_service_waits_for_what_it_needs_and_comes_back_after_a_fault(name):
    service = SERVICES[name]
    needs = {other: needed["condition"] for other, needed in service.get("depends_on", {}).items()}
    if name in APP - {"migrate"}:
        assert needs["migrate"] == "service_completed_successfully"
    if name in APP:
        assert needs["postgres"] == "service_healthy"
    for other, condition in needs.items():
        assert condition != "service_healthy" or SERVICES[other]["healthcheck"]["test"]
    assert service["restart"] == ("on-failure" if name == "migrate" else "unless-stopped")


@pytest.mark.parametrize("name", sorted(APP))
def test_a_service_of_ours_may_write_nowhere_and_rise_to_nothing(name):
    service = SERVICES[name]
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_the_image_is_of_the_oldest_python_that_we_support_and_runs_as_nobody_special():
    oldest = re.search(r'requires-python = ">=(.*)"', (ROOT / "pyproject.toml").read_text())[1]
    assert set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)) == {f"python:{oldest}-slim"}
    user = re.search(r"^USER (\S+)", DOCKERFILE, re.MULTILINE)[1]
    assert user != "root"
    assert re.search(rf"useradd .*{user}$", DOCKERFILE, re.MULTILINE)


def test_the_image_gets_what_it_copies_and_nothing_more():
    copied = set()
    for sources in re.findall(r"^COPY (?!--from)(.*) \S+$", DOCKERFILE, re.MULTILINE):
        copied |= set(sources.split())
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert copied == let_in
    assert all((ROOT / path).exists() for path in copied)


class Site(BaseHTTPRequestHandler):
    def do_GET(self):
        fits = self.headers["Host"] == "tracker.example" and self.path == "/healthz"
        self.send_response(200 if fits else 400)
        self.end_headers()

    def log_message(self, *arguments):
        pass


@pytest.mark.parametrize(
    ("hosts", "healthy"), [("tracker.example,b.example", True), (".tracker.example", True), ("b", False)]
)
def test_the_image_s_health_check_asks_as_a_visitor_of_the_first_host(hosts, healthy):
    command = json.loads(re.search(r"^HEALTHCHECK .*CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)[1])
    with HTTPServer(("127.0.0.1", 0), Site) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        probe = [sys.executable, "-c", command[2].replace(":8000", f":{server.server_port}")]
        result = subprocess.run(probe, env=bare(ALLOWED_HOSTS=hosts), capture_output=True, check=False)
    assert (result.returncode == 0) == healthy
