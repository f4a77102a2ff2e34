"""Find a Chromium, or install one: Playwright's own, or Debian's where that is refused."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_INSTALL_SECONDS = 600


class ChromiumMissing(RuntimeError):
    """No Chromium was found and none could be installed."""


def find_chromium(playwright: Playwright) -> str:
    """Return the path of a Chromium, installing one if need be; raises `ChromiumMissing`."""
    found = _on_this_machine(playwright)
    attempts: list[Callable[[], str | None]] = [_install_playwrights, _install_debians]
    reasons = []
    for attempt in attempts:
        if found:
            return found
        if reason := attempt():
            reasons.append(reason)
        found = _on_this_machine(playwright)
    if found:
        return found
    raise ChromiumMissing(
        "there is no Chromium: install one, or set CHROMIUM to its path. " + "; ".join(reasons)
    )


def launch(playwright: Playwright) -> Browser:
    """Return a headless Chromium that asks nothing of the outside world."""
    arguments = [
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
    ]
    if os.geteuid() == 0:
        # Chromium's sandbox refuses root; the pages are our own.
        arguments.append("--no-sandbox")
    return playwright.chromium.launch(
        executable_path=find_chromium(playwright), headless=True, args=arguments
    )


def _on_this_machine(playwright: Playwright) -> str | None:
    named = os.environ.get("CHROMIUM")
    if named:
        return named
    on_path = next((path for name in NAMES if (path := shutil.which(name))), None)
    own = playwright.chromium.executable_path
    return on_path or (own if Path(own).exists() else None)


def _install_playwrights() -> str | None:
    return _run([sys.executable, "-m", "playwright", "install", "chromium"])


def _install_debians() -> str | None:
    if not shutil.which("apt-get"):
        return "apt-get: not on this machine"
    prefix: list[str] = []
    if os.geteuid() != 0:
        if not shutil.which("sudo"):
            return "apt-get: neither root nor sudo"
        prefix = ["sudo", "-n"]
    update = _run([*prefix, "apt-get", "update", "-q"])
    install = ["apt-get", "install", "-q", "-y", "--no-install-recommends", "chromium"]
    return update or _run([*prefix, *install])


def _run(command: list[str]) -> str | None:
    """Run `command`; return None where it worked, else its last words."""
    try:
        answer = subprocess.run(
            command, capture_output=True, text=True, timeout=_INSTALL_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{' '.join(command)}: {error}"
    if answer.returncode == 0:
        return None
    last = (answer.stderr or answer.stdout).strip().splitlines()[-1:]
    return f"{' '.join(command)}: {' '.join(last)}"


def drawn(page: Page) -> None:
    """Wait until the desk has drawn everything: the pulse comes last and awaits nothing."""
    page.wait_for_function(
        """() => {
            const app = document.querySelector('[data-testid=stApp]');
            const pending = '[data-testid=stSkeleton], [data-stale=true]';
            // What still unfolds moves away below the pointer.
            const moves = document.getAnimations().some(one =>
                one.playState === 'running' && isFinite(one.effect.getComputedTiming().endTime));
            const buttons = [...document.querySelectorAll('[data-testid=stMain] button')];
            return app?.dataset.testScriptState === 'notRunning'
                && !document.querySelector(pending)
                && !moves
                && (document.querySelector('.desk-pulse[aria-busy=false]')
                    || buttons.some(one => one.textContent.endsWith('Sign in')));
        }"""
    )
