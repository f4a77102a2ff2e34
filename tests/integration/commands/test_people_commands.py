"""Roles from the command line: the first admin, a role before the first sign-in, the last admin."""

import pytest
from sqlalchemy import Engine

from lib import cli
from lib.domain.rights import DESK, FULL, Role
from lib.services.people_reads import people, people_history
from lib.settings import settings
from tests.cast import add_artist, signed_in

BOB = "bob@label.example"


@pytest.fixture
def desk(engine: Engine, database_url, monkeypatch, now):
    monkeypatch.setenv("DATABASE_URL", database_url)
    settings.cache_clear()
    add_artist(engine, now=now, name="Alma Värn")
    yield engine
    settings.cache_clear()


def roles(engine):
    return {
        one.email: [(held.name, held.role) for held in one.roles]
        for one in people(engine, rights=FULL)
    }


def test_a_role_is_granted_before_the_first_sign_in_listed_and_revoked(desk, capsys):
    assert cli.main(["people"]) == 0
    assert "Nobody" in capsys.readouterr().out
    assert cli.main(["grant", BOB, "admin"]) == 0
    assert cli.main(["grant", BOB, "editor", "--artist", "alma värn"]) == 0
    assert cli.main(["grant", BOB, "viewer", "--organization", "Label of Alma Värn"]) == 0
    assert sorted(roles(desk)[BOB]) == [
        ("Alma Värn", Role.EDITOR),
        ("Label of Alma Värn", Role.VIEWER),
        ("The whole desk", Role.ADMIN),
    ]
    assert cli.main(["people"]) == 0
    assert "editor of Alma Värn" in capsys.readouterr().out
    assert cli.main(["revoke", BOB, "--artist", "Alma Värn"]) == 0
    assert len(roles(desk)[BOB]) == 2
    newest = people_history(desk, rights=FULL)[0]
    assert (newest.actor, newest.source, newest.after) == ("Alice", "command", None)


@pytest.mark.parametrize(
    "asked",
    [
        ["grant", "no address", "admin"],
        ["grant", BOB, "viewer", "--artist", "Nobody Ever"],
        ["revoke", BOB],
        ["switch-off", BOB],
    ],
)
def test_what_cannot_be_done_is_refused_with_its_reason(desk, capsys, asked):
    assert cli.main(asked) == 1
    assert capsys.readouterr().err.startswith("campaign desk: ")
    assert roles(desk) == {}


def test_the_command_line_does_not_lock_the_last_admin_out_either(desk, capsys, now):
    signed_in(desk, BOB, (DESK, Role.ADMIN), now=now)
    assert cli.main(["switch-off", BOB]) == 1
    assert cli.main(["revoke", BOB]) == 1
    assert capsys.readouterr().err.count("last admin") == 2
    signed_in(desk, "dora@label.example", (DESK, Role.ADMIN), now=now)
    assert cli.main(["switch-off", BOB]) == 0
    assert cli.main(["switch-on", BOB]) == 0
