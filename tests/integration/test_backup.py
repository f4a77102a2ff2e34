"""Backup, destroy, restore: the same export byte for byte; and everything that is refused."""

import errno
import hashlib
import itertools
import json
import os
import random
import shutil
import signal
import stat
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, delete, make_url, select, update

from lib import cli
from lib.db import backup
from lib.db.backup import BackupRefused, RestoreUnproven, back_up, holds_something, restore
from lib.db.backup_postgres import PostgresCopy
from lib.db.copies import CopyRefused
from lib.db.engine import make_engine, reading, writing
from lib.db.migrations import current_revision, newest_revision, upgrade
from lib.db.pg_programs import ProgramsMissing, find_client
from lib.db.tables import artist, campaign, data_version, history, last_look
from lib.domain.actions import Action
from lib.domain.records import Source
from lib.services.demo_label import demo
from lib.services.importing.imports import import_file, read_file
from lib.settings import ROOT
from tests.cast import ALICE, add_artist, add_campaign, database_url, dump
from tests.crash_children import NOW, snapshot
from tests.invariants import faults
from tests.postgres import Postgres
from tests.racer import press

HOSTILE = "=cmd|' /C calc'!A0 ![x](http://evil) \u202e\U0001f3b5"


@pytest.fixture
def elsewhere(
    database_url: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Callable[[], Engine]]:
    """A function that gives a new database of the same kind that holds nothing, not even tables."""
    engines: list[Engine] = []

    def fresh() -> Engine:
        if database_url.startswith("sqlite"):
            url = f"sqlite:///{tmp_path / f'elsewhere-{len(engines)}.sqlite'}"
        else:
            server: Postgres = request.getfixturevalue("postgres")
            url = server.create_database(f"elsewhere_{os.getpid()}_{len(engines)}")
        engines.append(make_engine(url))
        return engines[-1]

    yield fresh
    for number, engine in enumerate(engines):
        engine.dispose()
        if not database_url.startswith("sqlite"):
            request.getfixturevalue("postgres").drop_database(f"elsewhere_{os.getpid()}_{number}")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "backups" / "desk.zip"


def fill(engine: Engine, *, now: datetime, with_demo: bool = False) -> None:
    """Put in an import, names that make trouble and, on request, the demo label."""
    if with_demo:
        demo.load_demo(engine, now=now)
    import_file(
        engine,
        read_file(engine, snapshot(3)),
        file_name="snapshot.csv",
        artist_name="The Herons",
        actor=ALICE,
        now=now,
        source=Source.COMMAND,
        zone="UTC",
    )
    with writing(engine) as db:
        one = select(campaign.c.id).order_by(campaign.c.id).limit(1).scalar_subquery()
        db.execute(update(campaign).where(campaign.c.id == one).values(name=HOSTILE))


def export(engine: Engine, capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> str:
    """Return everything that the export command writes of every artist, in every form."""
    monkeypatch.setenv("DATABASE_URL", database_url(engine))
    with reading(engine) as db:
        names = db.execute(select(artist.c.name).order_by(artist.c.name)).scalars().all()
    capsys.readouterr()
    for name in names:
        for what in ("daily", "campaigns"):
            for form in ("csv", "json"):
                assert cli.main(["export", what, "--artist", name, "--format", form]) == 0
    told = capsys.readouterr()
    assert told.err == ""
    assert len(told.out) > 100_000
    return told.out


@pytest.fixture
def at_noon(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    monkeypatch.setattr(cli, "_now", lambda: now)


@pytest.mark.usefixtures("at_noon")
def test_backup_destroy_restore_gives_the_same_export_byte_for_byte(
    engine: Engine, elsewhere, file, now, capsys, monkeypatch
) -> None:
    fill(engine, now=now, with_demo=True)
    before, rows = export(engine, capsys, monkeypatch), dump(engine, without=["data_version"])
    url = database_url(engine)
    monkeypatch.setenv("DATABASE_URL", url)
    assert cli.main(["backup", str(file)]) == 0
    assert capsys.readouterr().out == f"{file}\n"
    destroy(engine)
    assert cli.main(["restore", str(file)]) == 0
    assert "389 campaigns" in capsys.readouterr().err
    assert export(engine, capsys, monkeypatch) == before
    assert dump(engine, without=["data_version"]) == rows
    assert faults(engine) == []
    # And on another machine, where there is nothing yet.
    another = elsewhere()
    restore(another, file)
    assert export(another, capsys, monkeypatch) == before
    assert dump(another, without=["data_version"]) == rows


def destroy(engine: Engine) -> None:
    """Leave nothing of the database behind."""
    engine.dispose()
    if engine.dialect.name == "sqlite":
        for part in Path(str(engine.url.database)).parent.glob("desk.sqlite*"):
            part.unlink()
    else:
        with engine.begin() as db:
            db.exec_driver_sql("DROP SCHEMA public CASCADE")
            db.exec_driver_sql("CREATE SCHEMA public")
    engine.dispose()


def test_what_was_restored_is_kept_as_strictly_as_before(
    engine: Engine, elsewhere, file, now
) -> None:
    fill(engine, now=now)
    back_up(engine, file, now=now)
    another = elsewhere()
    restore(another, file)
    assert current_revision(another) == newest_revision()
    upgrade(another)
    for forbidden in (delete(history), update(history).values(actor="Mallory")):
        with pytest.raises(Exception, match="append-only"), writing(another) as db:
            db.execute(forbidden)
    add_campaign(another, add_artist(another, now=now), now=now)
    assert faults(another) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_backup_of_sqlite_is_one_plain_file_without_a_log_beside_it(
    engine: Engine, file, now, tmp_path
) -> None:
    fill(engine, now=now)
    back_up(engine, file, now=now)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [one.name for one in file.parent.iterdir()] == [file.name]
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["manifest.json", "desk.sqlite"]
        archive.extractall(tmp_path / "plain")
    # The bytes that say whether a log belongs to it: https://sqlite.org/fileformat2.html
    assert (tmp_path / "plain" / "desk.sqlite").read_bytes()[18:20] == b"\x01\x01"


class Writers:
    """People at work: threads that press verbs and note what was acknowledged."""

    def __init__(self, url: str, *, number: int) -> None:
        self.said: list[str] = []
        self.stop = threading.Event()
        self.failed: list[BaseException] = []
        self.threads = [
            threading.Thread(target=self._work, args=(url, one)) for one in range(number)
        ]

    def _work(self, url: str, number: int) -> None:
        engine, dice = make_engine(url), random.Random(number)  # noqa: S311 - not a secret
        try:
            with reading(engine) as db:
                ids = db.execute(select(campaign.c.id)).scalars().all()
            for turn in itertools.count():
                if self.stop.is_set():
                    return
                request = f"{number}-{turn}"
                told = press(engine, dice.choice(ids), dice.choice(list(Action)), request, NOW)
                if told["outcome"] == "changed":
                    self.said.append(request)
        except BaseException as error:
            self.failed.append(error)
            raise
        finally:
            engine.dispose()

    def __enter__(self) -> "Writers":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join(60)

    def wait_for(self, more: int) -> None:
        until = len(self.said) + more
        while len(self.said) < until:
            assert not self.failed
            self.stop.wait(0.005)


def requests(engine: Engine) -> set[str]:
    with reading(engine) as db:
        return set(db.execute(select(history.c.request_id)).scalars()) - {None}


def test_a_backup_taken_while_people_work_misses_nothing_that_was_done_before_it(
    engine: Engine, database_url: str, elsewhere, file, now
) -> None:
    artist_id = add_artist(engine, now=now)
    for _ in range(6):
        add_campaign(engine, artist_id, now=now)
    kept: list[tuple[Path, set[str]]] = []
    with Writers(database_url, number=3) as people:
        for number in range(4):
            people.wait_for(15)
            done, one = set(people.said), file.with_name(f"{number}.zip")
            back_up(engine, one, now=now)
            kept.append((one, done))
        people.wait_for(5)
    assert not people.failed
    last = set(people.said)
    sizes = []
    for one, done in kept:
        another = elsewhere()
        restore(another, one)
        found = requests(another)
        assert done <= found, "an acknowledged change is missing"
        assert faults(another) == []
        sizes.append(len(found))
    # Each is of its own moment, and none of them a later one than it says.
    assert sizes == sorted(sizes)
    assert sizes[0] < len(last)


# What a restore refuses, and leaves as it was.


@pytest.fixture
def two(engine: Engine, elsewhere, file, now) -> tuple[Engine, Path]:
    """A database that holds something, and the backup of another one."""
    fill(engine, now=now)
    back_up(engine, file, now=now)
    mine = elsewhere()
    upgrade(mine)
    add_campaign(mine, add_artist(mine, now=now, name="Mine"), now=now)
    return mine, file


def test_a_database_that_holds_something_is_replaced_only_when_told(two, engine) -> None:
    mine, file = two
    before = dump(mine)
    with pytest.raises(BackupRefused, match="--overwrite"):
        restore(mine, file)
    assert dump(mine) == before
    restore(mine, file, overwrite=True)
    assert dump(mine, without=["data_version"]) == dump(engine, without=["data_version"])


def test_a_database_with_tables_and_nothing_in_them_holds_nothing(elsewhere) -> None:
    fresh = elsewhere()
    assert not holds_something(fresh)
    upgrade(fresh)
    assert not holds_something(fresh)
    with writing(fresh) as db:
        db.execute(last_look.insert().values(actor="x", at=datetime.now().astimezone()))
    assert holds_something(fresh)


def test_whatever_people_keep_open_is_old_after_a_restore(two) -> None:
    mine, file = two
    with writing(mine) as db:
        db.execute(update(data_version).values(number=1_000_000, told=7))
    restore(mine, file, overwrite=True)
    with reading(mine) as db:
        found = db.execute(select(data_version.c.number, data_version.c.told)).one()
    assert tuple(found) == (1_000_001, 0), "the history that came back tells nobody of it"


def repack(file: Path, into: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """Write a copy of a backup in which something was changed."""
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    with zipfile.ZipFile(into, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return into


def with_manifest(parts: dict[str, bytes], **changes: Any) -> None:
    said = json.loads(parts["manifest.json"]) | changes
    parts["manifest.json"] = json.dumps(said).encode()


def with_content(parts: dict[str, bytes], content: bytes) -> None:
    """Replace the content, and let the manifest vouch for it."""
    name = next(one for one in parts if one != "manifest.json")
    parts[name] = content
    with_manifest(parts, bytes=len(content), sha256=hashlib.sha256(content).hexdigest())


def flipped(parts: dict[str, bytes]) -> None:
    name = next(one for one in parts if one != "manifest.json")
    middle = len(parts[name]) // 2
    parts[name] = parts[name][:middle] + b"\x00\x01\x02\x03" + parts[name][middle + 4 :]


def cut(parts: dict[str, bytes]) -> None:
    name = next(one for one in parts if one != "manifest.json")
    with_content(parts, parts[name][: len(parts[name]) // 2])


def without_manifest(parts: dict[str, bytes]) -> None:
    del parts["manifest.json"]


DAMAGE: dict[str, Callable[[dict[str, bytes]], None]] = {
    "a flipped byte": flipped,
    "a content cut in two whose sum is right": cut,
    "no content": lambda parts: with_content(parts, b""),
    "another content": lambda parts: with_content(parts, b"SQLite format 3\0" + b"x" * 5000),
    "a newer desk's": lambda parts: with_manifest(parts, revision="9999"),
    "another format": lambda parts: with_manifest(parts, desk_backup=2),
    "a manifest of something else": lambda parts: parts.update({"manifest.json": b"[]"}),
    "no manifest": without_manifest,
    "a manifest that lies about the size": lambda parts: with_manifest(parts, bytes=7),
}


def test_a_damaged_backup_is_found_before_anything_is_replaced(two, tmp_path) -> None:
    mine, file = two
    before = dump(mine)
    for what, damage in DAMAGE.items():
        damaged = repack(file, tmp_path / "damaged.zip", damage)
        try:
            restore(mine, damaged, overwrite=True)
        except (BackupRefused, CopyRefused):
            assert dump(mine) == before, what
        else:
            pytest.fail(f"nobody noticed {what}")


def test_a_file_that_was_cut_off_is_refused(two, tmp_path) -> None:
    mine, file = two
    before, whole = dump(mine), file.read_bytes()
    for share in (0.0, 0.3, 0.9, 0.999):
        (tmp_path / "cut.zip").write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(BackupRefused):
            restore(mine, tmp_path / "cut.zip", overwrite=True)
    assert dump(mine) == before


def test_what_is_no_file_or_no_backup_is_refused(two, tmp_path) -> None:
    mine, _ = two
    (tmp_path / "text.zip").write_text("no zip at all")
    for wrong in (tmp_path / "nowhere.zip", tmp_path, tmp_path / "text.zip"):
        with pytest.raises(BackupRefused):
            restore(mine, wrong, overwrite=True)


def test_the_other_kind_of_database_is_refused(two, tmp_path) -> None:
    mine, file = two
    other = "postgresql" if mine.dialect.name == "sqlite" else "sqlite"

    def turn(parts: dict[str, bytes]) -> None:
        (name,) = (one for one in parts if one != "manifest.json")
        parts["desk.dump" if other == "postgresql" else "desk.sqlite"] = parts.pop(name)
        with_manifest(parts, database=other)

    with pytest.raises(BackupRefused, match="own kind"):
        restore(mine, repack(file, tmp_path / "other.zip", turn), overwrite=True)


def test_a_backup_of_other_rows_than_it_says_is_not_taken_for_good(two, tmp_path) -> None:
    mine, file = two
    lying = repack(
        file,
        tmp_path / "lying.zip",
        lambda parts: with_manifest(
            parts, rows=json.loads(parts["manifest.json"])["rows"] | {"campaign": 1}
        ),
    )
    # Only once it is in can the rows of a PostgreSQL archive be counted.
    early, late = (CopyRefused, "damaged"), (RestoreUnproven, "campaign")
    error, says = early if mine.dialect.name == "sqlite" else late
    with pytest.raises(error, match=says):
        restore(mine, lying, overwrite=True)


def test_a_restore_that_fails_in_the_middle_leaves_everything_as_it_was(two, monkeypatch) -> None:
    mine, file = two
    before = dump(mine)
    if mine.dialect.name == "sqlite":
        # Somebody holds the write lock for good.
        monkeypatch.setattr("lib.db.backup_sqlite._PATIENCE", 0.3)
        monkeypatch.setattr("lib.db.engine.BUSY_SECONDS", 1)
        mine.dispose()
        holding = make_engine(str(mine.url))
        with writing(holding), pytest.raises(CopyRefused, match="try again"):
            restore(mine, file, overwrite=True)
        holding.dispose()
    else:
        # All of the old is dropped by then, and most of the new is there.
        write = PostgresCopy._write_script

        def with_an_error_at_its_end(self: PostgresCopy, content: Path) -> Path:
            script = write(self, content)
            with script.open("a") as opened:
                opened.write("\nSELECT 1 / 0;\n")
            return script

        monkeypatch.setattr(PostgresCopy, "_write_script", with_an_error_at_its_end)
        with pytest.raises(CopyRefused, match="division by zero"):
            restore(mine, file, overwrite=True)
    assert dump(mine) == before
    assert faults(mine) == []


def test_a_backup_never_replaces_a_file_and_leaves_none_where_it_fails(
    engine: Engine, file, now, monkeypatch
) -> None:
    file.parent.mkdir()
    file.write_text("mine")
    with pytest.raises(BackupRefused, match="already"):
        back_up(engine, file, now=now)
    assert file.read_text() == "mine"
    monkeypatch.setattr(backup, "_pack", lambda *_: (_ for _ in ()).throw(OSError(28, "full")))
    with pytest.raises(OSError, match="full"):
        back_up(engine, file.with_name("new.zip"), now=now)
    assert [one.name for one in file.parent.iterdir()] == [file.name]


@pytest.mark.parametrize("has_links", [True, False])
def test_a_file_that_came_while_the_backup_was_made_is_not_replaced(
    engine: Engine, file, now, monkeypatch, has_links: bool
) -> None:
    pack = backup._pack

    def pack_beside_another(*args: Any) -> None:
        pack(*args)
        file.write_text("mine")

    def no_links(*_: Any) -> None:
        raise OSError(errno.EPERM, "no hard links here")

    monkeypatch.setattr(backup, "_pack", pack_beside_another)
    if not has_links:
        monkeypatch.setattr(os, "link", no_links)
    with pytest.raises(BackupRefused, match="already"):
        back_up(engine, file, now=now)
    assert file.read_text() == "mine"
    file.unlink()
    monkeypatch.setattr(backup, "_pack", pack)
    back_up(engine, file, now=now)
    assert [one.name for one in file.parent.iterdir()] == [file.name]
    assert zipfile.is_zipfile(file)


def test_an_empty_database_is_not_backed_up(elsewhere, file, now) -> None:
    with pytest.raises(BackupRefused, match="nothing to back up"):
        back_up(elsewhere(), file, now=now)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.slow
def test_a_restore_that_is_killed_leaves_all_of_the_old_or_all_of_the_new(
    two, engine, tmp_path
) -> None:
    mine, file = two
    old, new = (dump(one, without=["data_version"]) for one in (mine, engine))
    mine.dispose()
    kept = tmp_path / "kept.sqlite"
    place = Path(str(mine.url.database))
    shutil.copyfile(place, kept)

    def restored(seconds: float) -> tuple[bool, str]:
        """Restore over a fresh copy, kill that after some seconds; say if it is the new one."""
        for left in place.parent.glob(f"{place.name}*"):
            left.unlink()
        shutil.copyfile(kept, place)
        child = subprocess.run(
            [sys.executable, "-c", _KILLED, str(mine.url), str(file), str(seconds)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            check=False,
        )
        assert child.returncode in (0, -signal.SIGALRM)
        found = dump(mine, without=["data_version"])
        assert found in (old, new)
        assert faults(mine) == []
        mine.dispose()
        return found == new, child.stdout.decode()

    is_new, took = restored(60)
    assert is_new
    assert restored(1e-6) == (False, "")
    for tenth in range(1, 12):
        restored(float(took) * tenth / 10)


_KILLED = """
import signal
import sys
import time
from pathlib import Path
from lib.db import backup
from lib.db.backup_sqlite import SqliteCopy
from lib.db.engine import make_engine

bring_in = SqliteCopy.bring_in
def timed(self, content):
    begun = time.perf_counter()
    signal.setitimer(signal.ITIMER_REAL, float(sys.argv[3]))
    bring_in(self, content)
    signal.setitimer(signal.ITIMER_REAL, 0)
    print(time.perf_counter() - begun)
SqliteCopy.bring_in = timed
backup.restore(make_engine(sys.argv[1]), Path(sys.argv[2]), overwrite=True)
"""


# PostgreSQL's own programs.


STRANGERS = {
    "a table": ["CREATE TABLE somebody_elses (id int)"],
    "a view": ["CREATE VIEW somebody_elses AS SELECT name FROM campaign"],
    "a kept view": ["CREATE MATERIALIZED VIEW somebody_elses AS SELECT count(*) FROM campaign"],
    "a sequence": ["CREATE SEQUENCE somebody_elses"],
    "a function": ["CREATE FUNCTION somebody_elses(int) RETURNS int LANGUAGE sql AS 'SELECT 1'"],
    "a type": ["CREATE TYPE somebody_elses AS ENUM ('a')"],
    "a pair": ["CREATE TYPE somebody_elses AS (a int, b int)"],
    "a domain": ["CREATE DOMAIN somebody_elses AS int"],
    "a schema": ["CREATE SCHEMA somebody_elses"],
    "a publication": ["CREATE PUBLICATION somebody_elses FOR TABLE campaign"],
    "a trigger": [
        "CREATE FUNCTION somebody_elses() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'",
        "CREATE TRIGGER noted AFTER DELETE ON campaign EXECUTE FUNCTION somebody_elses()",
    ],
}


def names_of_others(engine: Engine) -> set[str]:
    """Return what of the strangers is there."""
    catalogs = {"pg_class": "rel", "pg_proc": "pro", "pg_type": "typ", "pg_trigger": "tg"}
    catalogs |= {"pg_namespace": "nsp", "pg_publication": "pub"}
    with reading(engine) as db:
        return {
            name
            for catalog, prefix in catalogs.items()
            for name in db.exec_driver_sql(f"SELECT {prefix}name FROM {catalog}").scalars()  # noqa: S608
            if name in ("somebody_elses", "noted")
        }


@pytest.fixture
def lent_url(postgres: Postgres) -> Iterator[str]:
    """The URL of an empty database whose owner may create in `public` and does not own it."""
    name = f"lent_{os.getpid()}"
    url = make_url(postgres.create_database(name))
    master = make_engine(postgres.url())
    with master.begin() as db:
        db.exec_driver_sql(f"CREATE ROLE {name} LOGIN PASSWORD 'lent'")
        db.exec_driver_sql(f"ALTER DATABASE {name} OWNER TO {name}")
    there = make_engine(url.render_as_string(hide_password=False))
    with there.begin() as db:
        db.exec_driver_sql(f"ALTER SCHEMA public OWNER TO {url.username}")
        db.exec_driver_sql("GRANT ALL ON SCHEMA public TO PUBLIC")
    there.dispose()
    yield url.set(username=name, password="lent").render_as_string(hide_password=False)
    postgres.drop_database(name)
    with master.begin() as db:
        db.exec_driver_sql(f"DROP ROLE {name}")
    master.dispose()


@pytest.mark.parametrize(
    "database_url", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)
class TestOnPostgres:
    def test_nobody_may_be_connected_while_it_is_replaced(self, two) -> None:
        mine, file = two
        before = dump(mine)
        other = make_engine(mine.url.render_as_string(hide_password=False))
        with other.connect(), pytest.raises(CopyRefused, match="stop the desk"):
            restore(mine, file, overwrite=True)
        other.dispose()
        assert dump(mine) == before

    def test_who_is_just_leaving_does_not_hold_it_up(self, two) -> None:
        mine, file = two
        other = make_engine(mine.url.render_as_string(hide_password=False))
        connected = other.connect()
        leaving = threading.Timer(0.5, connected.invalidate)
        leaving.start()
        restore(mine, file, overwrite=True)
        leaving.join()
        connected.close()
        other.dispose()
        assert not faults(mine)

    @pytest.mark.parametrize("statements", STRANGERS.values(), ids=STRANGERS)
    def test_what_is_not_the_desks_is_named_and_never_dropped(self, two, statements) -> None:
        mine, file = two
        with mine.begin() as db:
            for statement in statements:
                db.exec_driver_sql(statement)
        before, others = dump(mine), names_of_others(mine)
        with pytest.raises(CopyRefused, match=r"somebody_elses.*new database.*drop"):
            restore(mine, file, overwrite=True)
        assert (dump(mine), names_of_others(mine)) == (before, others)

    def test_whoever_depends_on_the_desks_tables_is_safe_even_where_overlooked(
        self, two, monkeypatch
    ) -> None:
        mine, file = two
        with mine.begin() as db:
            db.exec_driver_sql("CREATE VIEW somebody_elses AS SELECT name FROM campaign")
        before = dump(mine)
        monkeypatch.setattr("lib.db.backup_postgres._strangers", lambda *_: [])
        with pytest.raises(CopyRefused, match="other objects depend on"):
            restore(mine, file, overwrite=True)
        assert dump(mine) == before
        assert names_of_others(mine) == {"somebody_elses"}

    def test_a_new_database_gets_what_others_had_added_too(
        self, engine, elsewhere, file, now
    ) -> None:
        fill(engine, now=now)
        with engine.begin() as db:
            db.exec_driver_sql("CREATE SCHEMA reports")
            db.exec_driver_sql("CREATE VIEW reports.names AS SELECT name FROM campaign")
            db.exec_driver_sql("CREATE SEQUENCE somebody_elses")
        back_up(engine, file, now=now)
        another = elsewhere()
        restore(another, file)
        with another.begin() as db:
            assert HOSTILE in db.exec_driver_sql("SELECT name FROM reports.names").scalars().all()
            assert db.exec_driver_sql("SELECT nextval('somebody_elses')").scalar() == 1

    def test_the_schema_may_belong_to_somebody_else(self, two, engine, lent_url) -> None:
        # Up to PostgreSQL 14 the owner of a database does not own its schema.
        mine, file = two
        lent = make_engine(lent_url)
        for one in (file, file.with_name("of-a-schema-made-anew.zip")):
            if one != file:
                # Such a schema has no comment, and PostgreSQL writes that into the archive.
                destroy(mine)
                restore(mine, file)
                back_up(mine, one, now=NOW)
            restore(lent, one, overwrite=True)
            upgrade(lent)
            assert dump(lent, without=["data_version"]) == dump(engine, without=["data_version"])
        assert faults(lent) == []
        lent.dispose()

    def test_the_password_is_in_no_command_line_and_no_message(
        self, engine, file, now, tmp_path, monkeypatch
    ) -> None:
        folder = tmp_path / "programs"
        folder.mkdir()
        for name in ("pg_dump", "pg_restore", "psql"):
            program = folder / name
            program.write_text(
                '#!/bin/sh\n[ "$1" = --version ] && echo "pg_dump (PostgreSQL) 99.1" && exit 0\n'
                f'echo "$@" > {tmp_path}/arguments\n'
                'echo "error: password=$PGPASSWORD" >&2\nexit 1\n'
            )
            program.chmod(0o700)
        del monkeypatch
        with pytest.raises(CopyRefused) as refused:
            back_up(engine, file, now=now, pg_bin=folder)
        password = make_url(engine.url).password
        assert password
        arguments = (tmp_path / "arguments").read_text()
        assert "--snapshot=" in arguments
        assert password not in arguments
        assert password not in str(refused.value)


def test_missing_or_old_programs_are_named_with_what_to_install(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr("lib.db.pg_programs.folders", lambda _named=None: iter([tmp_path]))
    with pytest.raises(ProgramsMissing, match=r"none here.*postgresql-client-17.*PG_BIN"):
        find_client(server=17)
    for name in ("pg_dump", "pg_restore", "psql"):
        (tmp_path / name).write_text('#!/bin/sh\necho "pg_dump (PostgreSQL) 15.18 (Debian)"\n')
        (tmp_path / name).chmod(0o700)
    assert find_client(server=15) == tmp_path
    with pytest.raises(ProgramsMissing, match="newest here is 15"):
        find_client(server=17)


def test_a_refusal_has_its_exit_code_and_its_reason(
    database_url: str, file, monkeypatch, capsys
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    assert cli.main(["restore", str(file)]) == 1
    assert "There is no file" in capsys.readouterr().err
    assert cli.main(["backup", str(file)]) == 0
    assert cli.main(["backup", str(file)]) == 1
    assert "already" in capsys.readouterr().err
