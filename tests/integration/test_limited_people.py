"""People over the real wire: who is limited to an artist receives no byte of the others.

And what ends a sign-in ends it in every tab, for every copy of a cookie and for files.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy import Engine, func, select
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from lib.db.engine import make_engine, reading
from lib.db.tables import artist, campaign
from lib.domain.actions import Action, PauseReason
from lib.domain.rights import DESK, FULL, Place, Role
from lib.domain.status import Status
from lib.services.people import give_role, invite, switch
from lib.services.people_reads import people, people_called
from lib.services.scheduling.schedules import schedule_change
from lib.settings import ROOT
from tests.browser.desk import Desk, serving
from tests.cast import ALICE, add_artist, add_campaign, new_request
from tests.postgres import free_port
from tests.provider import provider, signed_in
from tests.standin import COOKIE_SECRET, sign_in_secrets
from tests.traces import traces
from tests.wire import visit

PAGES = ["", *sorted({script.stem for script in ROOT.glob("pages/*/*.py")})]
ASKED = [*PAGES, "campaigns", "explore", "import", "status-guide", "trend-check", "nothing"]
COOKIE = "_streamlit_user"
BOB, DORA = "bob@label.example", "dora@label.example"


@dataclass
class Stage:
    """A running desk with a demo label and an artist of another label, and its database."""

    desk: Desk
    engine: Engine
    mine: int
    """Bob's artist, a new one of the fixtures' own name."""

    def traces(self) -> list[bytes]:
        """Return every name that belongs to other artists and to none of Bob's."""
        found = traces(self.engine, besides=self.mine)
        assert len(found) > 300
        return [word.encode() for word in found]

    def limit(self, email: str, role: Role = Role.VIEWER) -> None:
        """Leave a person with one role, for Bob's artist."""
        now = datetime.now(UTC)
        if not people_called(self.engine, email, rights=FULL):
            invite(self.engine, email, Place(artist_id=self.mine), role, actor=ALICE, now=now)
        (number,) = people_called(self.engine, email, rights=FULL)
        switch(self.engine, number, is_active=True, actor=ALICE, now=now)
        (card,) = [one for one in people(self.engine, rights=FULL) if one.id == number]
        for held in card.roles:
            give_role(self.engine, number, held.place, None, actor=ALICE, now=now)
        place = Place(artist_id=self.mine)
        give_role(self.engine, number, place, role, actor=ALICE, now=now)


@pytest.fixture(
    scope="module",
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)],
)
def stage(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """The real desk with the demo label, demanding a sign-in; Dora is the first admin."""
    folder = tmp_path_factory.mktemp("people")
    port, secrets = free_port(), folder / "secrets.toml"
    env = {"PORT": str(port), "SECRETS_FILE": str(secrets)}
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres")
        # One worker may set this up twice, where its tests are dealt out anew.
        name = f"people_{port}"
        env["DATABASE_URL"] = server.create_database(name, template="migrated")
    with provider() as address:
        secrets.write_text(
            sign_in_secrets(port=port, provider=address, domain="label.example", admin=DORA)
        )
        with serving(folder, env=env) as desk:
            engine = make_engine(desk.database_url)
            now = datetime.now(UTC)
            mine = add_artist(engine, now=now, name="Minervas Only Artist")
            for status in (Status.ACTIVE, Status.PAUSED, Status.ISSUE):
                name = f"Minervas {status} campaign"
                add_campaign(engine, mine, now=now, status=status, name=name)
            schedule_one_of_each(engine, now)
            yield Stage(desk, engine, mine)
            engine.dispose()


def schedule_one_of_each(engine: Engine, now: datetime) -> None:
    """Let something come for one campaign of every artist."""
    with reading(engine) as db:
        first = select(func.min(campaign.c.id)).group_by(campaign.c.artist_id)
        rows = db.execute(
            select(campaign.c.id, campaign.c.version).where(campaign.c.id.in_(first))
        ).all()
    assert len(rows) > 1
    for row in rows:
        schedule_change(
            engine,
            row.id,
            Action.PAUSE,
            run_at=now + timedelta(days=9),
            reason=PauseReason.BUDGET,
            actor=ALICE,
            seen_version=row.version,
            request_id=new_request(),
            now=now,
        )


def received(stage: Stage, name: str, page: str = "", query: str = "") -> bytes:
    with (
        signed_in(stage.desk.url, name) as one,
        visit(stage.desk.url, dict(one.cookies)) as session,
    ):
        return session.run(page, query)


def cookies_of(stage: Stage, name: str) -> dict[str, str]:
    with signed_in(stage.desk.url, name) as one:
        return dict(one.cookies)


def is_signed_out(said: bytes) -> bool:
    return b"Sign in" in said and b"Minervas" not in said


@pytest.mark.parametrize("role", Role)
def test_no_page_sends_a_limited_person_a_byte_of_another_artist(stage: Stage, role: Role) -> None:
    stage.limit(BOB, role)
    names = stage.traces()
    with reading(stage.engine) as db:
        others = db.execute(
            select(campaign.c.id, artist.c.name)
            .join(artist, artist.c.id == campaign.c.artist_id)
            .where(artist.c.id != stage.mine)
            .limit(1)
        ).one()
    cookies = cookies_of(stage, "bob")
    for page in ASKED:
        for query in ("", f"artist={others.name}&id={others.id}&artists={others.name}"):
            with visit(stage.desk.url, cookies) as session:
                said = session.run(page, query)
            # What the address itself says comes back in the address.
            found = [one for one in names if one in said.replace(query.encode(), b"")]
            assert [one for one in found if one.decode() not in query] == [], f"page {page!r}"


def test_what_is_scheduled_is_sent_to_who_may_see_it(stage: Stage) -> None:
    stage.limit(BOB)
    said = received(stage, "bob", "scheduled")
    assert b"Minervas" in said
    assert b"1 coming" in said
    assert b"Cancel it" not in said
    stage.limit(BOB, Role.EDITOR)
    assert b"Cancel it" in received(stage, "bob", "scheduled")
    whole = received(stage, "alice", "scheduled")
    assert len([one for one in stage.traces() if one in whole]) > 3


def test_the_notice_of_a_change_is_not_sent_once_its_campaign_is_out_of_sight(
    stage: Stage,
) -> None:
    stage.limit(BOB, Role.EDITOR)
    (number,) = people_called(stage.engine, BOB, rights=FULL)
    give_role(stage.engine, number, DESK, Role.EDITOR, actor=ALICE, now=datetime.now(UTC))
    with reading(stage.engine) as db:
        rows = db.execute(
            select(campaign.c.id, campaign.c.name)
            .where(campaign.c.artist_id != stage.mine, campaign.c.status == Status.PAUSED)
            .order_by(campaign.c.id)
        ).all()
    # A name without a sign that Markdown would have escaped: it is looked for as it is.
    other = next(row for row in rows if row.name.replace(" ", "").isalnum())
    asked, name = ("campaign", f"id={other.id}"), other.name.encode()
    with visit(stage.desk.url, cookies_of(stage, "bob")) as tab:
        tab.run(*asked)
        tab.press_labelled("Archive", *asked)
        said = tab.press_labelled("Archive", *asked)
        assert b"undo-notice" in said
        said = tab.run("scheduled")
        assert b"undo-notice" in said
        assert name in said
        give_role(stage.engine, number, DESK, None, actor=ALICE, now=datetime.now(UTC))
        others = stage.traces()
        for page in ("scheduled", "activity", "campaigns", "roster"):
            said = tab.run(page)
            assert b"undo-notice" not in said
            assert [one for one in others if one in said] == [], page


@pytest.mark.parametrize(
    ("status", "label"),
    [
        (Status.ACTIVE, "Pause"),
        (Status.ACTIVE, "Schedule…"),
        (Status.PAUSED, "Resume"),
        (Status.PAUSED, "Archive"),
        (Status.ARCHIVED, "Unarchive"),
    ],
)
def test_an_open_dialog_sends_nothing_more_once_its_campaign_is_out_of_sight(
    stage: Stage, status: Status, label: str
) -> None:
    stage.limit(BOB, Role.EDITOR)
    (number,) = people_called(stage.engine, BOB, rights=FULL)
    give_role(stage.engine, number, DESK, Role.EDITOR, actor=ALICE, now=datetime.now(UTC))
    now = datetime.now(UTC)
    theirs = add_artist(stage.engine, now=now, name=f"Bystander of {status} and {label}")
    name = f"Bystanding {status} and {label}"
    other = add_campaign(stage.engine, theirs, now=now, status=status, name=name)
    asked = ("campaign", f"id={other}")
    with visit(stage.desk.url, cookies_of(stage, "bob")) as tab:
        tab.run(*asked)
        assert b"Note (optional)" in tab.press_labelled(label, *asked)
        note = tab.widget("text_area").id
        assert b"Bystand" in tab.set(note, string_value="half a thought")
        give_role(stage.engine, number, DESK, None, actor=ALICE, now=datetime.now(UTC))
        said = tab.set(note, string_value="a whole one")
    assert [one for one in stage.traces() if one in said] == []
    assert f"There is no campaign {other}".encode() in said


def test_folded_lists_of_the_roster_send_nothing_of_others_either(stage: Stage) -> None:
    stage.limit(BOB)
    said = received(
        stage, "bob", "roster", "roster_spend=true&roster_moved=true&show=Totals+per+artist"
    )
    assert b"Minervas Only Artist" in said
    assert [one for one in stage.traces() if one in said] == []


def test_who_sees_the_whole_desk_receives_them_or_the_test_above_proves_nothing(
    stage: Stage,
) -> None:
    said = received(stage, "alice", "activity") + received(stage, "alice", "roster")
    assert len([one for one in stage.traces() if one in said]) > 30


def test_a_campaign_of_others_and_one_that_is_not_there_answer_alike(stage: Stage) -> None:
    stage.limit(BOB)
    with reading(stage.engine) as db:
        other = db.execute(
            select(campaign.c.id).where(campaign.c.artist_id != stage.mine).limit(1)
        ).scalar_one()
    for number in (other, 99_999):
        said = received(stage, "bob", "campaign", f"id={number}")
        assert f"There is no campaign {number}".encode() in said


def test_the_page_of_people_is_for_admins(stage: Stage) -> None:
    stage.limit(BOB)
    assert DORA.encode() in received(stage, "dora", "people")
    for name in ("alice", "bob"):
        said = received(stage, name, "people")
        assert DORA.encode() not in said
        assert b"Invite somebody" not in said


def test_a_role_that_is_given_or_taken_counts_from_the_next_run_in_an_open_tab(
    stage: Stage,
) -> None:
    stage.limit(BOB)
    (number,) = people_called(stage.engine, BOB, rights=FULL)
    now = datetime.now(UTC)
    with visit(stage.desk.url, cookies_of(stage, "bob")) as tab:
        assert b"Dead Letter Ferry" not in tab.run()
        give_role(stage.engine, number, DESK, Role.VIEWER, actor=ALICE, now=now)
        assert b"Dead Letter Ferry" in tab.run()
        tab.run("", "artist=Dead+Letter+Ferry")
        give_role(stage.engine, number, DESK, None, actor=ALICE, now=now)
        others = stage.traces()
        for page in ("", "roster", "activity", "campaigns"):
            said = tab.run(page)
            assert [one for one in others if one in said] == [], page
        give_role(stage.engine, number, Place(artist_id=stage.mine), None, actor=ALICE, now=now)
        assert b"Minervas" not in tab.run()


def test_who_is_switched_off_is_out_at_the_next_run_and_so_are_files(stage: Stage) -> None:
    stage.limit(BOB)
    (number,) = people_called(stage.engine, BOB, rights=FULL)
    cookies = cookies_of(stage, "bob")
    with visit(stage.desk.url, cookies) as tab, httpx.Client(cookies=cookies) as files:
        assert b"Minervas" in tab.run()
        assert files.get(f"{stage.desk.url}/media/none").text == "File not found"
        switch(stage.engine, number, is_active=False, actor=ALICE, now=datetime.now(UTC))
        said = tab.run()
        assert b"switched off" in said
        assert b"Minervas" not in said
        assert files.get(f"{stage.desk.url}/media/none").text == "Not Found"
        upload = f"{stage.desk.url}/_stcore/upload_file/session/file"
        assert files.put(upload).status_code == 404


def test_signing_out_ends_every_tab_and_every_copy_of_the_cookie(stage: Stage) -> None:
    stage.limit(BOB)
    time.sleep(1.1)  # The provider's instants are whole seconds.
    cookies = cookies_of(stage, "bob")
    with visit(stage.desk.url, cookies) as tab, visit(stage.desk.url, cookies) as other:
        assert b"Minervas" in tab.run()
        assert b"Minervas" in other.run()
        tab.press_labelled("Sign out")
        for session in (tab, other):
            assert is_signed_out(session.run())
        for page in ASKED:
            with visit(stage.desk.url, cookies) as copy:
                assert is_signed_out(copy.run(page)), page
    assert httpx.get(f"{stage.desk.url}/media/none", cookies=cookies).text == "Not Found"
    time.sleep(1.1)
    assert b"Minervas" in received(stage, "bob")


def test_a_tampered_cookie_is_nobody(stage: Stage) -> None:
    stage.limit(BOB)
    cookies = cookies_of(stage, "bob")
    whole = cookies[COOKIE]
    claims = (
        '{"is_logged_in": true, "email": "dora@label.example", "email_verified": true, '
        f'"origin": "{stage.desk.url}", "iss": "x", "sub": "dora", "iat": {int(time.time())}}}'
    )
    tampered = [
        whole[:-2],
        whole.replace(whole[8:12], "AAAA", 1),
        create_signed_value("another-secret-" * 4, COOKIE, claims).decode(),
        create_signed_value(COOKIE_SECRET, "other", claims).decode(),
    ]
    for value in tampered:
        with visit(stage.desk.url, cookies | {COOKIE: value}) as session:
            assert is_signed_out(session.run()), value


def test_somebody_new_with_the_address_of_an_admin_is_no_admin(stage: Stage) -> None:
    """A cookie of another issuer, as another tenant's would be, even if it were well signed."""
    received(stage, "dora")
    now = int(time.time())
    claims = (
        '{"is_logged_in": true, "provider": "default", "email": "dora@label.example", '
        f'"email_verified": true, "origin": "{stage.desk.url}", "iss": "https://evil.example", '
        f'"sub": "dora", "iat": {now}}}'
    )
    forged = create_signed_value(COOKIE_SECRET, COOKIE, claims).decode()
    with visit(stage.desk.url, {COOKIE: forged}) as session:
        said = session.run("people")
    assert b"Invite somebody" not in said
    assert [one for one in stage.traces() if one in said] == []


def test_a_viewer_is_offered_no_import_and_no_start_over(stage: Stage) -> None:
    said = received(stage, "alice")
    assert b"Start over" not in said
    assert b"Start over" in received(stage, "dora")
