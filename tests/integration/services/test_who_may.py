"""Each role against each verb, and each read against each artist: every cell asked by name.

Alma is whom the person has a role for; Bruno is somebody else's artist. Whatever is asked about
Bruno is answered as for an artist that does not exist, and nothing of Bruno is in any answer.
"""

import importlib
import inspect
import pkgutil
import re
from copy import copy
from datetime import timedelta
from types import ModuleType
from urllib.parse import quote_plus

import pytest

from lib import services
from lib.domain.actions import LOOK_ONLY, Action, PauseReason
from lib.domain.campaign_filter import CampaignFilter
from lib.domain.notebook import Question, Split
from lib.domain.presentation import Period
from lib.domain.records import BillingState, ConnectionState, Origin, Source
from lib.domain.rights import DESK, FULL, NOTHING, Deed, Place, Role, rights
from lib.domain.schedule import ScheduleState
from lib.domain.status import Status
from lib.platforms import ColumnMapping
from lib.services import (
    activity,
    arrivals,
    attention,
    backtest,
    bulk,
    campaigns,
    cost_sharing,
    describing,
    exports,
    filter_choices,
    finding,
    lag,
    looks,
    notebook,
    people,
    presentations,
    queries,
    roster,
    saved_views,
    undoing,
)
from lib.services.access import NotAllowed
from lib.services.activity import ActivityFilter
from lib.services.billing import ArtistNotFound
from lib.services.billing_notices import Notice, Payment, receive_notice
from lib.services.demo_label import demo
from lib.services.importing import imports
from lib.services.recording import OVERSLEPT, CampaignNotFound
from lib.services.roster import Order
from lib.services.scheduling import reads, runs, schedules
from lib.services.sharing import links
from lib.services.transactions import RequestReused
from lib.services.trend import label
from tests.cast import ALICE, add_artist, add_campaign, dump, new_request, person_of, see, signed_in

DAY = timedelta(days=1)
KEPT = {"person", "person_role", "person_history", "data_version"}

META = """Reporting starts,Reporting ends,Campaign name,Day,Campaign delivery,\
Amount spent (EUR),Impressions,Link clicks,Result type,Results
2026-11-01,2026-11-02,{name},2026-11-01,active,10.00,100,5,{kind},2
2026-11-01,2026-11-02,{name},2026-11-02,active,11.00,110,6,{kind},3
"""


def export_of(engine, name, kind="Website purchases"):
    return imports.read_file(engine, META.format(name=name, kind=kind).encode())


class Stage:
    """Alma and Bruno with campaigns in every state that a verb starts from."""

    def __init__(self, engine, now):
        self.engine, self.now = engine, now
        self.alma, self.bruno = (
            add_artist(
                engine,
                now=now,
                name=name,
                billing=BillingState.FAILING
                if name == "Bruno Bystander"
                else BillingState.IN_ORDER,
                state=ConnectionState.BROKEN if name == "Bruno Bystander" else ConnectionState.LIVE,
            )
            for name in ("Alma Insight", "Bruno Bystander")
        )
        self.of = {
            artist: {
                status: add_campaign(
                    engine,
                    artist,
                    now=now,
                    status=status,
                    name=f"{word} {status}",
                    promotes=f"{word} song",
                    locations=[f"{word} islands"],
                    external_id=f"{word}-{status}",
                    pending_action="pause" if status is Status.ISSUE else None,
                    before_archive=Status.PAUSED if status is Status.ARCHIVED else None,
                )
                for status in Status
            }
            for artist, word in ((self.alma, "Alpine"), (self.bruno, "Brazen"))
        }

        # Of each artist a link by which its presentation is shared.
        self.links = {
            artist: links.make_link(
                engine,
                artist,
                expires_at=now + DAY,
                key=b"",
                actor=ALICE.model_copy(update={"name": f"{word} sharer"}),
                request_id=new_request(),
                now=now,
            ).link_id
            for artist, word in ((self.alma, "Alpine"), (self.bruno, "Brazen"))
        }
        # Of each artist a view that names it and is shared.
        self.views = {
            artist: saved_views.save_view(
                engine,
                f"{word} view",
                page="roster",
                query=f"artists={quote_plus(self.name_of(artist))}",
                is_shared=True,
                actor=ALICE.model_copy(update={"name": f"{word} saver"}),
                request_id=new_request(),
                now=now,
            ).view_id
            for artist, word in ((self.alma, "Alpine"), (self.bruno, "Brazen"))
        }
        saved_views.set_default(
            engine, self.views[self.bruno], True, actor=ALICE, request_id=new_request(), now=now
        )
        # Of each artist an entry that can be undone, and a change that is to come.
        self.entries = {
            artist: campaigns.archive_campaign(
                engine,
                statuses[Status.ENDED],
                actor=ALICE,
                seen_version=1,
                request_id=new_request(),
                now=now,
            ).entry_id
            for artist, statuses in self.of.items()
        }
        self.schedules = {
            artist: schedules.schedule_change(
                engine,
                self.of[artist][Status.DEPLOYING],
                Action.RESUME,
                run_at=now + DAY,
                actor=ALICE.model_copy(update={"name": f"{word} planner"}),
                seen_version=1,
                request_id=new_request(),
                now=now,
                note=f"{word} plan",
            ).id
            for artist, word in ((self.alma, "Alpine"), (self.bruno, "Brazen"))
        }

    def name_of(self, artist):
        names = {self.alma: "Alma Insight", self.bruno: "Bruno Bystander"}
        return names.get(artist, "Nobody Ever")

    def person(self, *held):
        return signed_in(self.engine, "bob@label.example", *held, now=self.now)


def staged(engine, now):
    """Return the stage in an empty database, with an import of each artist and a pause."""
    made = Stage(engine, now)
    for name, artist, kind in (
        ("Alpine import", "Alma Insight", "Alpine presave"),
        ("Brazen import", "Bruno Bystander", "Brazen presave"),
    ):
        imports.import_file(
            engine,
            export_of(engine, name, kind),
            file_name=f"{name}.csv",
            artist_name=artist,
            actor=ALICE.model_copy(update={"name": f"{name} person"}),
            now=now,
            source=Source.DESK,
            zone="UTC",
        )
    campaigns.pause_campaign(
        engine,
        made.of[made.bruno][Status.ACTIVE],
        reason=PauseReason.BUDGET,
        actor=ALICE.model_copy(update={"name": "Brazen pauser"}),
        seen_version=1,
        request_id="an-old-request",
        now=now,
    )
    return made


@pytest.fixture
def stage(filled_copy):
    """The stage, in a database of this test's own."""
    engine, made = filled_copy(staged)
    mine = copy(made)
    mine.engine = engine
    return mine


# Verbs.


def on_campaign(status, verb, **more):
    def work(stage, artist, actor):
        asked = {"actor": actor, "request_id": new_request(), "now": stage.now}
        return verb(stage.engine, stage.of[artist][status], seen_version=1, **asked, **more)

    return work


def move(stage, artist, actor):
    return campaigns.move_campaign(
        stage.engine,
        stage.of[artist][Status.SERVING],
        Status.ACTIVE,
        origin=Origin.PLATFORM,
        actor=actor,
        request_id=new_request(),
        now=stage.now,
    )


def bring_in(stage, artist, actor):
    return imports.import_file(
        stage.engine,
        export_of(stage.engine, "New one"),
        file_name="new.csv",
        artist_name=stage.name_of(artist),
        actor=actor,
        now=stage.now,
        source=Source.DESK,
        zone="UTC",
    )


def preview(stage, artist, actor):
    return imports.preview_import(
        stage.engine,
        export_of(stage.engine, "New one"),
        file_name="new.csv",
        artist_name=stage.name_of(artist),
        actor=actor,
        now=stage.now,
        zone="UTC",
    )


def give(stage, artist, actor):
    other = signed_in(stage.engine, "other@label.example", (DESK, Role.VIEWER), now=stage.now)
    return people.give_role(
        stage.engine,
        person_of(other),
        Place(artist_id=artist),
        Role.VIEWER,
        actor=actor,
        now=stage.now,
    )


def invite(stage, artist, actor):
    place = Place(artist_id=artist)
    asked = {"actor": actor, "now": stage.now}
    return people.invite(stage.engine, "new@label.example", place, Role.VIEWER, **asked)


def schedule(stage, artist, actor):
    return schedules.schedule_change(
        stage.engine,
        stage.of[artist][Status.SERVING],
        Action.PAUSE,
        run_at=stage.now + DAY,
        reason=PauseReason.BUDGET,
        actor=actor,
        seen_version=1,
        request_id=new_request(),
        now=stage.now,
    )


def cancel(stage, artist, actor):
    return schedules.cancel_schedule(
        stage.engine,
        stage.schedules.get(artist, 4711),
        actor=actor,
        request_id=new_request(),
        now=stage.now,
    )


def share(stage, artist, actor):
    return links.make_link(
        stage.engine,
        artist,
        expires_at=stage.now + DAY,
        key=b"",
        actor=actor,
        request_id=new_request(),
        now=stage.now,
    )


def revoke(stage, artist, actor):
    number = stage.links.get(artist, 4711)
    return links.revoke_link(stage.engine, number, actor=actor, now=stage.now)


def save_view(stage, artist, actor):
    return saved_views.save_view(
        stage.engine,
        "Mine",
        page="roster",
        query=f"artists={quote_plus(stage.name_of(artist))}",
        actor=actor,
        request_id=new_request(),
        now=stage.now,
    )


def open_by_itself(stage, artist, actor):
    return saved_views.set_default(
        stage.engine,
        stage.views.get(artist, 4711),
        True,
        actor=actor,
        request_id=new_request(),
        now=stage.now,
    )


def describe(stage, artist, actor):
    number = stage.of[artist][Status.SERVING]
    word = "Alpine" if artist == stage.alma else "Brazen"
    asked = {"actor": actor, "request_id": new_request(), "now": stage.now}
    return describing.describe_campaign(
        stage.engine, number, "Another song", seen=f"{word} song", **asked
    )


def share_costs(stage, artist, actor):
    return cost_sharing.set_cost_sharing(
        stage.engine,
        artist,
        True,
        seen=False,
        actor=actor,
        request_id=new_request(),
        now=stage.now,
    )


def undo(stage, artist, actor):
    return undoing.undo_change(
        stage.engine,
        stage.entries.get(artist, 4711),
        actor=actor,
        request_id=new_request(),
        now=stage.now,
    )


def pause_many(stage, artist, actor):
    """Apply a preview that was made by somebody who may do it, and raise what came of it."""
    chosen = [(stage.of[artist][Status.SERVING], 1)]
    found = bulk.preview(stage.engine, chosen, Action.PAUSE, rights=FULL, now=stage.now)
    results = bulk.apply(
        stage.engine,
        found.changing,
        Action.PAUSE,
        reason=PauseReason.BUDGET,
        actor=actor,
        request_id=new_request(),
        now=stage.now,
    )
    for one in results:
        if one.change is None:
            raise NotAllowed(f"{one.name}: {one.why_not}")


# Every verb that is about an artist, and what it takes.
VERBS = {
    "pause": (
        Deed.CHANGE,
        on_campaign(Status.SERVING, campaigns.pause_campaign, reason=PauseReason.BUDGET),
    ),
    "resume": (Deed.CHANGE, on_campaign(Status.PAUSED, campaigns.resume_campaign)),
    "archive": (Deed.CHANGE, on_campaign(Status.PAUSED, campaigns.archive_campaign)),
    "unarchive": (Deed.CHANGE, on_campaign(Status.ARCHIVED, campaigns.unarchive_campaign)),
    "confirm": (Deed.CHANGE, on_campaign(Status.ISSUE, campaigns.confirm_carried_out)),
    "describe": (Deed.CHANGE, describe),
    "pause many": (Deed.CHANGE, pause_many),
    "schedule": (Deed.CHANGE, schedule),
    "cancel a schedule": (Deed.CHANGE, cancel),
    "undo": (Deed.CHANGE, undo),
    "share": (Deed.SHARE, share),
    "revoke a link": (Deed.SHARE, revoke),
    "share costs": (Deed.SET_SHARING, share_costs),
    "save a view": (Deed.LOOK, save_view),
    "let a view open by itself": (Deed.LOOK, open_by_itself),
    "move": (Deed.SPEAK_FOR_PLATFORM, move),
    "import": (Deed.IMPORT, bring_in),
    "preview": (Deed.IMPORT, preview),
    "give a role": (Deed.GIVE_ROLES, give),
    "invite": (Deed.GIVE_ROLES, invite),
}
UNSEEN = (
    CampaignNotFound,
    ArtistNotFound,
    people.PlaceNotFound,
    reads.ScheduleNotFound,
    links.LinkNotFound,
    saved_views.ViewNotFound,
    undoing.EntryNotFound,
    NotAllowed,
)


@pytest.mark.parametrize("role", [*Role, None])
@pytest.mark.parametrize("verb", VERBS)
def test_each_role_does_what_it_may_for_its_artist_and_is_refused_the_rest(stage, verb, role):
    deed, work = VERBS[verb]
    bob = stage.person(*([(Place(artist_id=stage.alma), role)] if role else []))
    before = dump(stage.engine, without=KEPT)
    if role is not None and bob.rights.may(deed, Place(artist_id=stage.alma)):
        work(stage, stage.alma, bob)
        return
    with pytest.raises(NotAllowed if role else UNSEEN):
        work(stage, stage.alma, bob)
    assert dump(stage.engine, without=KEPT) == before


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("verb", VERBS)
def test_nobody_does_anything_for_an_artist_of_others(stage, verb, role):
    bob = stage.person((Place(artist_id=stage.alma), role))
    before = dump(stage.engine, without=KEPT)
    with pytest.raises(UNSEEN) as refusal:
        VERBS[verb][1](stage, stage.bruno, bob)
    assert dump(stage.engine, without=KEPT) == before
    assert_no_trace(str(refusal.value).replace("called “Bruno Bystander”", ""), stage)


@pytest.mark.parametrize("verb", sorted(set(VERBS) - {"import", "preview", "pause many"}))
def test_what_is_out_of_sight_answers_as_what_is_not_there(stage, verb):
    bob, work = stage.person((Place(artist_id=stage.alma), Role.ADMIN)), VERBS[verb][1]
    stage.of[4711] = dict.fromkeys(Status, 4711)
    told = []
    for artist in (stage.bruno, 4711):
        with pytest.raises(UNSEEN) as refusal:
            work(stage, artist, bob)
        words = re.sub(r"\d+", "N", str(refusal.value))
        told.append((type(refusal.value), words))
    assert told[0] == told[1]


@pytest.mark.parametrize("work", [imports.import_file, imports.preview_import])
def test_an_import_answers_alike_for_artists_out_of_sight_and_new_ones(stage, work):
    bob = stage.person((Place(artist_id=stage.alma), Role.ADMIN))
    more = {"source": Source.DESK} if work is imports.import_file else {}
    told = []
    for name in ("Bruno Bystander", " bruno  BYSTANDER", "Nobody Ever"):
        with pytest.raises(NotAllowed) as refusal:
            work(
                stage.engine,
                export_of(stage.engine, "New one"),
                file_name="f.csv",
                artist_name=name,
                actor=bob,
                now=stage.now,
                zone="UTC",
                **more,
            )
        told.append(str(refusal.value).replace(name, "NAME"))
    assert len(set(told)) == 1


@pytest.mark.parametrize("role", Role)
def test_only_an_admin_of_the_whole_desk_adds_an_artist(stage, role):
    bob = stage.person((DESK, role))
    asked = {
        "file_name": "f.csv",
        "artist_name": "Nobody Ever",
        "actor": bob,
        "now": stage.now,
        "source": Source.DESK,
        "zone": "UTC",
    }
    file = export_of(stage.engine, "New one")
    if role is Role.ADMIN:
        assert imports.import_file(stage.engine, file, **asked).artist_id
        return
    with pytest.raises(NotAllowed):
        imports.import_file(stage.engine, file, **asked)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("is_of_the_desk", [True, False])
def test_only_an_admin_of_the_whole_desk_tells_of_a_payment(stage, role, is_of_the_desk):
    bob = stage.person((DESK if is_of_the_desk else Place(artist_id=stage.alma), role))
    for event in Payment:
        notice = Notice(id=new_request(), event=event, at=stage.now, artist="Alma Insight")
        if is_of_the_desk and role is Role.ADMIN:
            assert receive_notice(stage.engine, notice, actor=bob, now=stage.now).artists
            continue
        before = dump(stage.engine, without=KEPT)
        with pytest.raises(NotAllowed):
            receive_notice(stage.engine, notice, actor=bob, now=stage.now)
        assert dump(stage.engine, without=KEPT) == before


def test_a_request_id_of_others_tells_nothing_about_them(stage):
    bob = stage.person((Place(artist_id=stage.alma), Role.EDITOR))
    with pytest.raises(RequestReused) as refusal:
        campaigns.pause_campaign(
            stage.engine,
            stage.of[stage.alma][Status.ACTIVE],
            reason=PauseReason.BUDGET,
            actor=bob,
            seen_version=1,
            request_id="an-old-request",
            now=stage.now,
        )
    assert_no_trace(str(refusal.value), stage)


MAPPING = {"platform": "spotify", "columns": {"campaign": "a", "spend": "b"}, "currency": "EUR"}


def test_what_columns_mean_is_said_by_editors_and_anew_only_by_those_of_the_whole_desk(stage):
    def said_by(actor, column):
        mapping = ColumnMapping.model_validate(
            MAPPING | {"columns": {"campaign": "a", "spend": column}}
        )
        imports.remember_mapping(stage.engine, "f" * 64, mapping, actor=actor, now=stage.now)

    viewer = stage.person((DESK, Role.VIEWER))
    with pytest.raises(NotAllowed):
        said_by(viewer, "b")
    editor = signed_in(
        stage.engine, "e@x.example", (Place(artist_id=stage.alma), Role.EDITOR), now=stage.now
    )
    said_by(editor, "b")
    said_by(editor, "b")
    with pytest.raises(NotAllowed):
        said_by(editor, "c")
    everywhere = signed_in(stage.engine, "d@x.example", (DESK, Role.EDITOR), now=stage.now)
    said_by(everywhere, "c")
    said = imports.remembered_mapping(stage.engine, "f" * 64)
    assert said is not None
    assert said.columns["spend"] == "c"


@pytest.mark.parametrize("role", [*Role, None])
def test_the_demo_is_started_over_by_its_admins_and_not_there_for_who_may_not_see_it(
    demo_engine, now, role
):
    label = Place(organization_id=queries.artists(demo_engine, rights=FULL)[0].organization_id)
    bob = signed_in(demo_engine, "b@x.example", *([(label, role)] if role else []), now=now)
    works = (
        lambda: demo.what_would_go(demo_engine, rights=bob.rights),
        lambda: demo.start_over(demo_engine, actor=bob, now=now),
    )
    for work in works:
        if role is Role.ADMIN:
            work()
            continue
        with pytest.raises(NotAllowed if role else demo.NoDemo):
            work()


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR])
def test_only_admins_load_the_demo(engine, now, role):
    bob = signed_in(engine, "b@x.example", (DESK, role), now=now)
    with pytest.raises(NotAllowed):
        demo.load_demo(engine, actor=bob, now=now)
    assert demo.is_empty(engine)


# Reads.

READS = {
    "artists": lambda engine, mine, _artist, _now: queries.artists(engine, rights=mine),
    "find": lambda engine, mine, _artist, now: [
        finding.find(engine, text, rights=mine, now=now).campaigns
        for text in ("a", "al", "br", "Brazen", "Brazen-Active")
    ],
    "board": lambda engine, mine, artist, now: queries.board(engine, artist, rights=mine, now=now),
    "activity": lambda engine, mine, _artist, _now: activity.activity(
        engine, ActivityFilter(), rights=mine, limit=5_000
    ),
    "activity of an artist": lambda engine, mine, artist, _now: activity.activity(
        engine, ActivityFilter(artist_id=artist), rights=mine
    ),
    "activity by person": lambda engine, mine, _artist, _now: activity.activity(
        engine, ActivityFilter(actor="Brazen pauser"), rights=mine
    ),
    "activity words": lambda engine, mine, _artist, _now: activity.activity_words(
        engine, rights=mine
    ),
    "campaign names": lambda engine, mine, artist, _now: activity.campaign_names(
        engine, artist, rights=mine
    ),
    "activity by search": lambda engine, mine, _artist, _now: activity.activity(
        engine, ActivityFilter(search="brazen"), rights=mine
    ),
    "activity as a file": lambda engine, mine, _artist, _now: list(
        activity.history_rows(engine, ActivityFilter(), rights=mine)
    ),
    "scheduled": lambda engine, mine, _artist, _now: reads.scheduled_changes(engine, rights=mine),
    "preview of a bulk": lambda engine, mine, _artist, now: bulk.preview(
        engine, [(number, 1) for number in range(1, 60)], Action.PAUSE, rights=mine, now=now
    ),
    "versions": lambda engine, mine, _artist, now: roster.versions_matching(
        engine, CampaignFilter(), rights=mine, now=now
    ),
    "overview": lambda engine, mine, _artist, now: roster.overview(
        engine, CampaignFilter(), rights=mine, now=now
    ),
    "roster": lambda engine, mine, _artist, now: roster.page(
        engine, CampaignFilter(), Order.NAME, rights=mine, now=now
    ),
    "roster by search": lambda engine, mine, _artist, now: roster.page(
        engine, CampaignFilter(text="brazen"), Order.NAME, rights=mine, now=now
    ),
    "roster by artist": lambda engine, mine, artist, now: roster.page(
        engine, CampaignFilter(artists=(artist,)), Order.NAME, rights=mine, now=now
    ),
    "artist totals": lambda engine, mine, _artist, now: roster.artist_totals(
        engine, CampaignFilter(), rights=mine, now=now
    ),
    "attention": lambda engine, mine, _artist, now: attention.attention(
        engine, rights=mine, now=now
    ),
    "campaigns": lambda engine, mine, _artist, now: attention.campaigns(
        engine, range(1, 60), rights=mine, now=now
    ),
    "since": lambda engine, mine, _artist, now: looks.since(
        engine, rights=mine, at=now - 30 * DAY, now=now + DAY
    ),
    "label spend": lambda engine, mine, _artist, now: label.label_spend(
        engine, rights=mine, now=now
    ),
    "notebook": lambda engine, mine, _artist, now: notebook.ask(
        engine, Question(split=Split.CAMPAIGN), rights=mine, now=now
    ),
    "notebook of an artist": lambda engine, mine, artist, now: notebook.ask(
        engine, Question(artists=(artist,)), rights=mine, now=now
    ),
    "campaign types": lambda engine, mine, _artist, now: notebook.campaign_types(
        engine, rights=mine, now=now
    ),
    "backtest": lambda engine, mine, _artist, now: backtest.run(engine, rights=mine, now=now),
    "backtest of an artist": lambda engine, mine, artist, now: backtest.run(
        engine, rights=mine, now=now, artist_id=artist
    ),
    "presentation": lambda engine, mine, artist, now: presentations.presentation(
        engine, artist, Period.WHOLE, rights=mine, now=now
    ),
    "share links": lambda engine, mine, artist, now: links.share_links(
        engine, artist, rights=mine, now=now
    ),
    "saved views": lambda engine, mine, _artist, _now: saved_views.views(
        engine, actor=ALICE, rights=mine
    ),
    "view that opens by itself": lambda engine, mine, _artist, _now: saved_views.default(
        engine, "roster", actor=ALICE, rights=mine
    ),
    "choices of the filters": lambda engine, mine, _artist, _now: filter_choices.choices(
        engine, rights=mine
    ),
    "curves": lambda engine, mine, _artist, _now: lag.curves_to_show(engine, rights=mine),
}
# Reads that raise for what is not there, by the name of an artist or the number of a campaign.
RAISING = {
    "campaign page": lambda engine, mine, stage, of, now: queries.campaign_page(
        engine, stage.of[of][Status.ACTIVE], rights=mine, now=now
    ),
    "daily export": lambda engine, mine, stage, of, _now: list(
        exports.daily(engine, stage.name_of(of), rights=mine)
    ),
    "campaigns export": lambda engine, mine, stage, of, now: list(
        exports.campaigns(engine, stage.name_of(of), rights=mine, now=now)
    ),
    "look at an undo": lambda engine, mine, stage, of, now: undoing.look_at_undo(
        engine, stage.entries.get(of, 4711), rights=mine, now=now
    ),
    "artist by name": lambda engine, mine, stage, of, _now: backtest.artist_named(
        engine, stage.name_of(of), rights=mine
    ),
}


def assert_no_trace(said, stage):
    """Fail where anything of Bruno's is in what was said."""
    words = said if isinstance(said, str) else repr(said)
    for trace in ("Bruno", "Brazen", "brazen"):
        assert trace not in words
    for number in stage.of[stage.bruno].values():
        assert f"campaign_id={number}," not in words


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("name", READS)
def test_no_read_has_a_trace_of_an_artist_of_others(stage, name, role):
    mine = rights([(Place(artist_id=stage.alma), role)])
    asked = (stage.engine, mine, stage.bruno, stage.now)
    assert_no_trace(READS[name](*asked), stage)


@pytest.mark.parametrize("name", READS)
def test_asked_for_an_artist_of_others_a_read_answers_as_for_none(stage, name):
    mine = rights([(Place(artist_id=stage.alma), Role.ADMIN)])
    of_others, of_nobody = (
        READS[name](stage.engine, mine, artist, stage.now) for artist in (stage.bruno, 4711)
    )
    assert of_others == of_nobody


@pytest.mark.parametrize("name", READS)
def test_the_whole_desk_has_bruno_in_it_or_the_tests_above_prove_nothing(stage, name):
    found = repr(READS[name](stage.engine, FULL, stage.bruno, stage.now))
    alone = repr(
        READS[name](
            stage.engine, rights([(Place(artist_id=stage.alma), Role.VIEWER)]), 0, stage.now
        )
    )
    if name in ("demo label", "curves", "campaign types"):
        return  # Nothing of an artist is in them here; the demo has a test of its own.
    assert found != alone


@pytest.mark.parametrize("name", READS)
def test_who_has_no_role_is_shown_nothing_of_anybody(stage, name):
    said = repr(READS[name](stage.engine, NOTHING, stage.alma, stage.now))
    assert not re.search("Alma|Alpine|Bruno|Brazen", said)


@pytest.mark.parametrize("name", RAISING)
def test_what_is_asked_for_by_name_is_there_for_who_may_see_it_only(stage, name):
    mine = rights([(Place(artist_id=stage.alma), Role.VIEWER)])
    read = RAISING[name]
    stage.of[4711] = dict.fromkeys(Status, 4711)
    assert read(stage.engine, mine, stage, stage.alma, stage.now)
    assert read(stage.engine, FULL, stage, stage.bruno, stage.now)
    told = []
    for artist in (stage.bruno, 4711):
        with pytest.raises(UNSEEN) as refusal:
            read(stage.engine, mine, stage, artist, stage.now)
        words = re.sub(r"\d+|Bruno Bystander|Nobody Ever", "N", str(refusal.value))
        told.append((type(refusal.value), words))
    assert told[0] == told[1]


def test_a_role_in_an_organization_shows_its_artists_and_no_others(stage):
    label = {one.id: one.organization_id for one in queries.artists(stage.engine, rights=FULL)}
    mine = rights([(Place(organization_id=label[stage.alma]), Role.VIEWER)])
    assert [one.name for one in queries.artists(stage.engine, rights=mine)] == ["Alma Insight"]
    for read in READS.values():
        assert_no_trace(read(stage.engine, mine, stage.bruno, stage.now), stage)


def test_a_part_of_an_artists_name_finds_nobody_who_may_not_be_seen(stage):
    add_campaign(stage.engine, add_artist(stage.engine, now=stage.now, name="Alma"), now=stage.now)
    mine = rights([(Place(artist_id=stage.alma), Role.VIEWER)])
    found = roster.page(
        stage.engine, CampaignFilter(text="Alma"), Order.NAME, rights=mine, now=stage.now
    )
    assert {one.artist.name for one in found} == {"Alma Insight"}


def test_everything_that_matches_is_everything_that_may_be_seen(stage):
    mine = rights([(Place(artist_id=stage.alma), Role.EDITOR)])
    found = dict(
        roster.versions_matching(stage.engine, CampaignFilter(), rights=mine, now=stage.now)
    )
    assert set(stage.of[stage.alma].values()) <= set(found)
    assert not set(stage.of[stage.bruno].values()) & set(found)


def test_a_bulk_leaves_what_is_out_of_sight_and_names_it_no_more(stage):
    bob = stage.person((Place(artist_id=stage.alma), Role.EDITOR))
    asked = [(stage.of[artist][Status.SERVING], 1) for artist in (stage.bruno, stage.alma)]
    found = bulk.preview(stage.engine, asked, Action.PAUSE, rights=FULL, now=stage.now)
    mine = bulk.preview(stage.engine, asked, Action.PAUSE, rights=bob.rights, now=stage.now)
    assert mine.gone == (asked[0][0],)
    assert [one.campaign_id for one in mine.outlooks] == [asked[1][0]]
    results = bulk.apply(
        stage.engine,
        found.changing,
        Action.PAUSE,
        reason=PauseReason.BUDGET,
        actor=bob,
        request_id=new_request(),
        now=stage.now,
    )
    assert [one.change is not None for one in results] == [False, True]
    assert_no_trace(repr(results[0]).replace(f"campaign_id={asked[0][0]},", ""), stage)


def test_who_is_switched_off_during_a_bulk_changes_nothing_more(stage):
    bob = stage.person((Place(artist_id=stage.alma), Role.EDITOR))
    asked = [(stage.of[stage.alma][status], 1) for status in (Status.ACTIVE, Status.SERVING)]
    found = bulk.preview(stage.engine, asked, Action.PAUSE, rights=bob.rights, now=stage.now)
    people.switch(stage.engine, person_of(bob), is_active=False, actor=ALICE, now=stage.now)
    before = dump(stage.engine, without=KEPT)
    results = bulk.apply(
        stage.engine,
        found.changing,
        Action.PAUSE,
        reason=PauseReason.BUDGET,
        actor=bob,
        request_id=new_request(),
        now=stage.now,
    )
    assert ["switched off" in one.why_not for one in results] == [True, True]
    assert dump(stage.engine, without=KEPT) == before


@pytest.mark.parametrize("role", Role)
def test_an_undo_is_offered_to_editors_and_a_viewer_reads_why_not(stage, role):
    mine = rights([(Place(artist_id=stage.alma), role)])
    entry = stage.entries[stage.alma]
    offer = undoing.look_at_undo(stage.engine, entry, rights=mine, now=stage.now)
    assert offer.is_possible == (role is not Role.VIEWER)
    assert offer.is_possible or offer.why_not == LOOK_ONLY


# What is done later in somebody's name.


def lose_nothing(stage, bob):
    pass


def lose_the_right_to_change(stage, bob):
    people.give_role(
        stage.engine,
        person_of(bob),
        Place(artist_id=stage.alma),
        Role.VIEWER,
        actor=ALICE,
        now=stage.now,
    )


def lose_the_artist(stage, bob):
    people.give_role(
        stage.engine,
        person_of(bob),
        Place(artist_id=stage.alma),
        None,
        actor=ALICE,
        now=stage.now,
    )


def be_switched_off(stage, bob):
    people.switch(stage.engine, person_of(bob), is_active=False, actor=ALICE, now=stage.now)


def sign_out(stage, bob):
    arrivals.sign_out(stage.engine, bob, now=stage.now)


@pytest.mark.parametrize(
    ("meanwhile", "state"),
    [
        (lose_nothing, ScheduleState.RAN),
        (sign_out, ScheduleState.RAN),
        (lose_the_right_to_change, ScheduleState.MISSED),
        (lose_the_artist, ScheduleState.MISSED),
        (be_switched_off, ScheduleState.MISSED),
    ],
)
def test_a_scheduled_change_runs_only_while_its_person_may_still_make_it(stage, meanwhile, state):
    bob = stage.person((Place(artist_id=stage.alma), Role.EDITOR), (DESK, Role.VIEWER))
    made = schedule(stage, stage.alma, bob)
    before = see(stage.engine, made.campaign_id)
    meanwhile(stage, bob)
    later = stage.now + DAY + timedelta(minutes=1)
    done = runs.run_one(stage.engine, made.id, now=later, by="worker")
    assert done is not None
    assert done.state is state
    after = see(stage.engine, made.campaign_id)
    if state is ScheduleState.RAN:
        assert after.status is Status.PAUSED
        return
    assert after == before
    assert "bob@label.example was no longer allowed to change" in (done.why or "")
    newest = activity.activity(stage.engine, ActivityFilter(), rights=FULL, limit=1)[0]
    assert (newest.event, newest.actor) == (OVERSLEPT, bob.name)


@pytest.mark.parametrize("role", [*Role, None])
@pytest.mark.parametrize("action", Action)
def test_a_campaign_offers_its_actions_to_editors_only(stage, role, action):
    held = [(DESK, Role.VIEWER)] + ([(Place(artist_id=stage.alma), role)] if role else [])
    mine = rights(held)
    board = queries.board(stage.engine, stage.alma, rights=mine, now=stage.now)
    assert board is not None
    rows = [
        *board.rows,
        *(
            one.row
            for one in roster.page(
                stage.engine,
                CampaignFilter(artists=(stage.alma,)),
                Order.NAME,
                rights=mine,
                now=stage.now,
            )
        ),
    ]
    is_offered = any(row.decisions[action].is_allowed for row in rows)
    assert is_offered == (role in (Role.EDITOR, Role.ADMIN))


# Nothing is forgotten.

MODULES = [
    importlib.import_module(one.name)
    for one in pkgutil.walk_packages(services.__path__, f"{services.__name__}.")
]
# Facts that are nobody's: a number, a column's meaning, whether there is anything at all; what
# a file itself says; inner parts, whose callers have asked; what a command does for who runs the
# desk; what a worker does, which asks for the rights of whoever scheduled a change; a sign-in; a
# link, which asks for those of its maker.
OPEN = {
    "queries.current_data_version",
    "demo_label.demo.is_empty",
    "filter_choices.newest_campaigns",
    "importing.imports.read_file",
    "importing.imports.remembered_mapping",
    "transactions.in_transaction",
    "scheduling.runs.run_due",
    "scheduling.runs.run_one",
    "scheduling.runs.next_due_at",
    "scheduling.runs.show_alive",
    "scheduling.runs.say_goodbye",
    "scheduling.runs.is_anybody_working",
    "sharing.opening.open_link",
    "scheduling.worker.work",
    "scheduling.worker.run_round",
    "arrivals.arrive",
    "health.look",
    "importing.folding.finish_imports",
    "importing.folding.fold",
    "importing.staging.stage",
    "importing.staging.remove_staged",
    "importing.staging.remove_given_up",
    "importing.switch.bring_in",
    "trend.moves.foresee_moves",
    "trend.trends.rebuild",
    "trend.trends.follow_the_lag",
    "trend.trends.is_missing",
    "verifying.verify_history",
}


def is_public_verb_or_read(module: ModuleType, name: str) -> bool:
    one = getattr(module, name)
    return (
        not name.startswith("_")
        and inspect.isfunction(one)
        and one.__module__ == module.__name__
        and next(iter(inspect.signature(one).parameters), "") == "engine"
    )


@pytest.mark.parametrize(
    ("module", "name"),
    [(one, name) for one in MODULES for name in vars(one) if is_public_verb_or_read(one, name)],
    ids=lambda one: getattr(one, "__name__", one),
)
def test_every_read_takes_rights_and_every_verb_an_actor(module, name):
    if f"{module.__name__}.{name}".removeprefix("lib.services.") in OPEN:
        return
    parameters = inspect.signature(getattr(module, name)).parameters
    needed = parameters.get("rights") or parameters.get("actor")
    assert needed is not None
    if name != "load_demo":  # Loaded into an empty database at the start, by the desk itself.
        assert needed.default is inspect.Parameter.empty
