"""Look every pinned package up for known vulnerabilities, and say so where that was not possible.

pip-audit says "No known vulnerabilities found" and exits with 0 when it could reach nobody and
skipped every package. So its JSON is read: 0 means that every package was looked up and none is
known to be vulnerable, 1 that something was found, 77 that not everything could be looked up,
with the reason. What needs no network is checked first: that what is installed is what is locked.
"""

import json
import re
import subprocess
import sys
import venv
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TOOL = "pip-audit==2.10.1"
ENVIRONMENT = ROOT / ".venv-audit"
CLEAN, FOUND, NOT_AUDITED = 0, 1, 77
_SECONDS = 300


def main() -> int:
    """Check, audit, print, and return one of the three codes."""
    locked = read_pins(ROOT / "constraints.txt")
    strayed = {
        name: (found, locked[name])
        for name, found in installed().items()
        if name in locked and found != locked[name]
    }
    for name, (found, wanted) in sorted(strayed.items()):
        print(f"FOUND  {name} {found} is installed, {wanted} is locked")
    if strayed:
        return FOUND
    print(f"{len(locked)} packages are locked; what is installed of them is what is locked.")
    code, lines = judge(*run_pip_audit(), locked=locked)
    print("\n".join(lines))
    return code


def judge(said: str, complaint: str, *, locked: dict[str, str]) -> tuple[int, list[str]]:
    """Return the code for pip-audit's JSON output `said`, and the lines that explain it."""
    try:
        audited: list[dict[str, Any]] = json.loads(said)["dependencies"]
        looked_up = {normal(one["name"]) for one in audited if "vulns" in one}
        found = [
            f"FOUND  {one['name']} {one['version']}: {vulnerability['id']}"
            for one in audited
            for vulnerability in one.get("vulns", ())
        ]
    except (ValueError, KeyError, TypeError):
        return NOT_AUDITED, [f"NOT AUDITED: {last_line(complaint)}"]
    if found:
        return FOUND, found
    missing = sorted(locked.keys() - looked_up)
    if missing:
        why = next((one["skip_reason"] for one in audited if "skip_reason" in one), complaint)
        names = ", ".join(missing[:5])
        some = f"{len(missing)} of {len(locked)} packages could not be looked up"
        more = ", …" if len(missing) > 5 else ""
        return NOT_AUDITED, [f"NOT AUDITED: {some} ({names}{more}): {last_line(why)}"]
    return CLEAN, [f"AUDITED: {len(looked_up)} packages, no known vulnerability."]


def run_pip_audit() -> tuple[str, str]:
    """Return what pip-audit printed and what it complained of; it lives in a place of its own."""
    python = ENVIRONMENT / "bin" / "python"
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", TOOL]
    # Not --strict: it would stop at the first package that is skipped and name no other.
    audit = [python, "-m", "pip_audit", "--no-deps", "--disable-pip", "--format=json"]
    audit += ["--progress-spinner=off", "--timeout=10"]
    audit += [f"--requirement={ROOT / 'constraints.txt'}"]
    try:
        if not python.exists():
            venv.create(ENVIRONMENT, with_pip=True)
        done = _run(install)
        if done.returncode:
            return "", done.stderr
        done = _run(audit)
    except (OSError, subprocess.SubprocessError) as error:
        return "", f"{type(error).__name__}: pip-audit did not end in time or could not be started"
    return done.stdout, done.stderr


def _run(command: list[Any]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)


def read_pins(file: Path) -> dict[str, str]:
    """Return the version of every package that a file pins exactly."""
    lines = (line.partition("#")[0].partition(";")[0] for line in file.read_text().splitlines())
    pins = (line.split("==") for line in lines if "==" in line)
    return {normal(name.partition("[")[0]): pin.strip() for name, pin in pins}


def installed() -> dict[str, str]:
    """Return the version of every package that this Python has."""
    return {normal(one.metadata["Name"]): one.version for one in distributions()}


def normal(name: str) -> str:
    """Return a package's name as registries compare it."""
    return re.sub(r"[-_.]+", "-", name).strip().lower()


def last_line(words: str) -> str:
    """Return the last line that says anything."""
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "pip-audit said nothing"


if __name__ == "__main__":
    sys.exit(main())
