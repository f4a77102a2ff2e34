"""What is shipped for those who run the desk: it names what there is, and holds no secret."""

import ast
import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from lib.settings import ROOT, SettingsRefused, environment_names, load_settings

# Variables that are not the desk's own but libpq's.
LIBPQ = {"PGPASSWORD"}
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
RUNNING = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
SECURITY = (ROOT / "SECURITY.md").read_text(encoding="utf-8")


def steps() -> list[tuple[str, str]]:
    """Return the instructions of the Dockerfile: word and rest, continued lines joined."""
    joined = re.sub(r"\\\n\s*", " ", DOCKERFILE)
    lines = [line for line in joined.splitlines() if line and not line.startswith("#")]
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines)]


def instruction(word: str) -> list[str]:
    return [rest for name, rest in steps() if name == word]


def test_compose_tells_the_desk_nothing_that_it_does_not_know() -> None:
    told = COMPOSE["services"]["desk"]["environment"]
    assert set(told) - LIBPQ <= set(environment_names())
    in_image = re.findall(r"([A-Z_]+)=", instruction("ENV")[0])
    known = {*environment_names(), "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"}
    assert set(in_image) <= known


def test_compose_and_dockerfile_hold_no_secret() -> None:
    for service in COMPOSE["services"].values():
        for name, value in service["environment"].items():
            if re.search("PASSWORD|TOKEN|SECRET(?!S_FILE)", name):
                assert re.fullmatch(r"\$\{[A-Z_]+(:[?-].*)?\}", value), name
        assert "@" not in str(service["environment"].get("DATABASE_URL", "")).partition("@")[0]
    assert ":" not in COMPOSE["services"]["desk"]["environment"]["DATABASE_URL"].partition("//")[2]
    assert not re.search(r"(?i)(password|secret|token)=\S", DOCKERFILE)
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert ignored[1] == "*"
    assert not [line for line in ignored if line.startswith("!") and "secrets" in line]


def interpolated(told: dict[str, str], variables: dict[str, str]) -> dict[str, str]:
    """Return the environment as Compose makes it of the variables that somebody has set."""

    def value(match: re.Match[str]) -> str:
        name, _, default = match[1].partition(":-")
        return variables.get(name.partition(":?")[0], default)

    return {name: re.sub(r"\$\{([^}]*)\}", value, str(said)) for name, said in told.items()}


def test_the_desk_starts_with_what_compose_says_once_the_sign_in_is_filled_in(tmp_path) -> None:
    desk = COMPOSE["services"]["desk"]
    told = interpolated(desk["environment"], {"POSTGRES_PASSWORD": "s3cret-of-the-test"})
    told |= {"DESK_HOST": "0.0.0.0", "PORT": "8501"}  # noqa: S104 - as the image says
    mounted = tmp_path / "desk"
    example = (ROOT / ".streamlit" / "secrets.example.toml").read_text()
    mounted.write_text(re.sub('cookie_secret = ".*"', f'cookie_secret = "{"k" * 40}"', example))
    settings = load_settings(told | {"SECRETS_FILE": str(mounted)})
    assert settings.is_sign_in_required
    assert settings.behind_tls
    assert settings.log_format == "json"
    assert settings.metrics_token is None
    assert not settings.demo
    mounted.write_text("")
    with pytest.raises(SettingsRefused, match="without a sign-in"):
        load_settings(told | {"SECRETS_FILE": str(mounted)})


def test_compose_waits_for_the_database_and_keeps_what_must_be_kept() -> None:
    services, volumes = COMPOSE["services"], set(COMPOSE["volumes"])
    assert services["desk"]["depends_on"]["database"]["condition"] == "service_healthy"
    assert "pg_isready" in services["database"]["healthcheck"]["test"]
    mounted = {
        one.partition(":")[0] for each in services.values() for one in each.get("volumes", ())
    }
    assert mounted == volumes
    # Nothing is reachable from outside but by the proxy on this machine.
    assert "ports" not in services["database"]
    assert [port for port in services["desk"]["ports"] if not port.startswith("127.0.0.1:")] == []
    assert set(services["desk"]["secrets"]) == set(COMPOSE["secrets"])


def test_images_are_pinned_and_the_client_is_as_new_as_the_server() -> None:
    (base,) = re.findall(r"ARG PYTHON=(\S+)", DOCKERFILE)
    assert re.fullmatch(r"3\.\d+\.\d+-slim-\w+", base)
    server = COMPOSE["services"]["database"]["image"]
    assert re.fullmatch(r"postgres:\d+\.\d+-\w+", server)
    (client,) = re.findall(r"postgresql-client-(\d+)", DOCKERFILE)
    assert int(client) >= int(server.partition(":")[2].partition(".")[0])
    # Debian's own package of that version is in the release that both images are made of.
    assert base.rpartition("-")[2] == server.rpartition("-")[2]


def test_the_image_copies_what_there_is_and_runs_as_nobody_special() -> None:
    for copied in instruction("COPY"):
        *sources, _ = copied.split()
        assert not [one for one in sources if not (ROOT / one).exists()]
    order = [word for word, _ in steps()]
    assert order.index("USER") < order.index("CMD")
    assert instruction("USER") not in ([], ["root"], ["0"])
    assert json.loads(instruction("CMD")[0]) == ["python", "-m", "lib.cli", "serve"]
    (health,) = instruction("HEALTHCHECK")
    # Under overload the answer took 13 seconds, and nothing was lost.
    assert int(re.findall(r"--timeout=(\d+)s", health)[0]) > 15
    command = json.loads(health.partition("CMD ")[2])
    ast.parse(command[2])
    assert "/healthz" in command[2]


def test_the_page_for_those_who_run_it_names_what_there_is() -> None:
    for word in ("/healthz", "/readyz", "/metrics", "make backup", "make restore", "LOG_FORMAT",
                 "METRICS_TOKEN", "PG_BIN", "BEHIND_TLS", "ip_hash", "cookie_secret"):  # fmt: skip
        assert word in RUNNING, word
    proxy = RUNNING.partition("```nginx")[2].partition("```")[0]
    for needed in ("Upgrade $http_upgrade", "gzip_types", "location = /metrics", "Host $host"):
        assert needed in proxy, needed
    assert proxy.count("{") == proxy.count("}")
    yaml.safe_load(RUNNING.partition("```yaml")[2].partition("```")[0])
    json.loads(RUNNING.partition("```json")[2].partition("```")[0])


def test_every_metric_that_it_names_is_counted() -> None:
    source = (ROOT / "lib" / "ui" / "serving" / "metrics.py").read_text(encoding="utf-8")
    named = set(re.findall(r"`?((?:desk|process)_[a-z_]+)", RUNNING.partition("## Metrics")[2]))
    assert len(named) > 10
    assert not [one for one in named if one.removesuffix("_total") not in source]


@pytest.mark.parametrize("number", range(1, 16))
def test_every_promise_names_the_checks_that_hold_it(number: int) -> None:
    (line,) = re.findall(rf"^\| P{number} \|.*$", SECURITY, re.MULTILINE)
    assert "::" in line


def test_every_check_that_security_names_is_there() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)((?:::\w+)+)`", SECURITY)
    assert len(named) > 30
    for file, path in named:
        names = path.split("::")[1:]
        defined = {
            node.name
            for node in ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8")))
            if isinstance(node, ast.FunctionDef | ast.ClassDef)
        }
        assert set(names) <= defined, f"{file}{path}"


# The audit of the dependencies.


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    spec = importlib.util.spec_from_file_location("audit", ROOT / ".ci" / "audit.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


LOCKED = {"one": "1.0", "two-parts": "2.0"}
LOOKED_UP = [
    {"name": "one", "version": "1.0", "vulns": []},
    {"name": "Two.Parts", "version": "2.0", "vulns": []},
]


def said(*audited: dict[str, Any]) -> str:
    return json.dumps({"dependencies": list(audited), "fixes": []})


def test_an_audit_that_looked_at_everything_and_found_nothing_passes(audit) -> None:
    code, lines = audit.judge(said(*LOOKED_UP), "", locked=LOCKED)
    assert (code, lines[0].split(":")[0]) == (audit.CLEAN, "AUDITED")


def test_a_known_vulnerability_is_no_pass_and_is_named(audit) -> None:
    bad = LOOKED_UP[0] | {"vulns": [{"id": "PYSEC-2026-1"}]}
    code, lines = audit.judge(said(bad), "", locked=LOCKED)
    assert code == audit.FOUND
    assert lines == ["FOUND  one 1.0: PYSEC-2026-1"]


@pytest.mark.parametrize(
    ("output", "complaint"),
    [
        ("", "ConnectionError: no route to host"),
        ("No known vulnerabilities found", "WARNING: everything was skipped"),
        ("[]", ""),
        ('{"dependencies": [{}]}', "x"),
        (said(), "no packages"),
        (said(LOOKED_UP[0]), "one was left out"),
        (said(LOOKED_UP[0], {"name": "two-parts", "skip_reason": "no service"}), ""),
    ],
)
def test_an_audit_that_could_not_look_never_passes(audit, output, complaint) -> None:
    code, lines = audit.judge(output, complaint, locked=LOCKED)
    assert code == audit.NOT_AUDITED
    assert lines[0].startswith("NOT AUDITED: ")


def test_what_is_installed_is_what_is_locked(audit) -> None:
    locked, here = audit.read_pins(ROOT / "constraints.txt"), audit.installed()
    assert len(locked) > 50
    assert not {name: here[name] for name in locked.keys() & here.keys()
                if here[name] != locked[name]}  # fmt: skip


def test_ci_runs_the_audit_and_says_what_came_of_it() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert ".ci/audit.py" in script
    assert "NOT AUDITED" in script
    assert Path(ROOT / ".ci" / "audit.py").exists()
