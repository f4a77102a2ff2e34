"""Who meets what on the desk: each role against each page and each action, as the rights have it.

Nothing of a browser is in here. `expected` is worked out from `lib.domain.rights` alone; what a
Chromium saw is compared with it, and `render` writes either down for `docs/roles.md`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from lib.domain.rights import DESK, NOTHING, Deed, Place, Rights, Role, rights
from lib.settings import ROOT

DOCUMENT = ROOT / "docs" / "roles.md"
_MINE, _OTHERS = Place(artist_id=1), Place(artist_id=2)


class Met(StrEnum):
    """What came of asking for a page or an action."""

    SIGN_IN = "sign-in"
    SHOWN = "shown"
    WITHOUT = "without the artist"
    NOT_THERE = "not there"
    DONE = "done"
    NOT_OFFERED = "not offered"
    REFUSED = "refused"


class Scope(StrEnum):
    """Where a deed has to be allowed for an action."""

    ARTIST = "for the artist"
    DESK = "on the whole desk"
    SOMEWHERE = "anywhere"


@dataclass(frozen=True)
class Visitor:
    """Somebody at the desk, and whether the artist they ask for is within their role."""

    title: str
    person: str | None = None
    """Who signs in at the provider; None: nobody does."""
    role: Role | None = None
    is_let_in: bool = True
    is_limited: bool = False
    asks_for_others: bool = False

    @property
    def rights(self) -> Rights:
        place = _MINE if self.is_limited else DESK
        return rights([(place, self.role)]) if self.role else NOTHING

    @property
    def place(self) -> Place:
        """The artist that is asked for."""
        return _OTHERS if self.asks_for_others else _MINE


NOBODY = Visitor("signed out", is_let_in=False)
OUTSIDER = Visitor("address of another domain", "charlie", is_let_in=False)
SWITCHED_OFF = Visitor("switched off", "frank", is_let_in=False)
WITHOUT_ROLE = Visitor("no role", "heidi")
VIEWER = Visitor("viewer", "alice", Role.VIEWER)
EDITOR = Visitor("editor", "erin", Role.EDITOR)
ADMIN = Visitor("admin", "dora", Role.ADMIN)
LIMITED = Visitor("editor of one artist: that one", "bob", Role.EDITOR, is_limited=True)
ELSEWHERE = Visitor(
    "editor of one artist: another", "bob", Role.EDITOR, is_limited=True, asks_for_others=True
)
VISITORS = (
    NOBODY,
    OUTSIDER,
    SWITCHED_OFF,
    WITHOUT_ROLE,
    VIEWER,
    EDITOR,
    ADMIN,
    LIMITED,
    ELSEWHERE,
)
DEMOTED = Visitor("admin, made a viewer with it open", "grace", Role.VIEWER)


@dataclass(frozen=True)
class Sheet:
    """A page of the desk: its title, its address, and what it takes to be shown it."""

    title: str
    path: str
    is_for_admins: bool = False
    is_of_campaign: bool = False


# By the scripts in `pages/`.
SHEETS: Mapping[str, Sheet] = {
    "marketing/campaign_management.py": Sheet("Campaign Management", ""),
    "marketing/roster.py": Sheet("Roster", "roster"),
    "marketing/notebook.py": Sheet("Explore", "explore"),
    "marketing/present.py": Sheet("Present", "present"),
    "marketing/campaign.py": Sheet("Campaign", "campaign", is_of_campaign=True),
    "operations/import_export.py": Sheet("Import", "import"),
    "operations/scheduled.py": Sheet("Scheduled changes", "scheduled"),
    "operations/activity.py": Sheet("Activity", "activity"),
    "operations/trend_check.py": Sheet("Trend check", "trend-check"),
    "operations/people.py": Sheet("People", "people", is_for_admins=True),
    "operations/status_guide.py": Sheet("Status guide", "status-guide"),
}


@dataclass(frozen=True)
class Act:
    """Something that a person may do on a page, and the deed that it is."""

    name: str
    deed: Deed
    scope: Scope = Scope.ARTIST
    is_for_admins: bool = False
    """Whether it stands on a page that only admins have."""


ACTS = (
    Act("download an artist's figures", Deed.LOOK),
    Act("download the history", Deed.LOOK),
    Act("save a view", Deed.LOOK),
    Act("pause", Deed.CHANGE),
    Act("unarchive", Deed.CHANGE),
    Act("schedule a change", Deed.CHANGE),
    Act("cancel a scheduled change", Deed.CHANGE),
    Act("mark as carried out", Deed.CHANGE),
    Act("resume", Deed.CHANGE),
    Act("undo", Deed.CHANGE),
    Act("archive", Deed.CHANGE),
    Act("archive several at once", Deed.CHANGE),
    Act("say what a campaign promotes", Deed.CHANGE),
    Act("give titles on Present", Deed.CHANGE),
    Act("set a connection", Deed.CHANGE),
    Act("make a link for an artist", Deed.SHARE),
    Act("show an artist costs", Deed.SET_SHARING),
    Act("import for an artist", Deed.IMPORT),
    Act("say what the columns of a file mean", Deed.EXPLAIN_COLUMNS, Scope.SOMEWHERE),
    Act("import for a new artist", Deed.ADD_ARTISTS, Scope.DESK),
    Act("invite somebody", Deed.GIVE_ROLES, Scope.DESK, is_for_admins=True),
    Act("give a role", Deed.GIVE_ROLES, Scope.DESK, is_for_admins=True),
    Act("take a role away", Deed.GIVE_ROLES, Scope.DESK, is_for_admins=True),
    Act("sign somebody out everywhere", Deed.MANAGE_PEOPLE, Scope.DESK, is_for_admins=True),
    Act("switch somebody off", Deed.MANAGE_PEOPLE, Scope.DESK, is_for_admins=True),
    Act("switch somebody on", Deed.MANAGE_PEOPLE, Scope.DESK, is_for_admins=True),
    Act("start the demo over", Deed.RUN_DEMO, Scope.DESK),
)
# Deeds that no page offers to anybody.
WITHOUT_SCREEN: Mapping[Deed, str] = {
    Deed.EXPLAIN_ANEW: "the form stands there for headers that nobody has explained",
    Deed.SETTLE_BILLING: "a command, or the billing system by its endpoint",
    Deed.SPEAK_FOR_PLATFORM: "the desk itself, by an import",
}


def expected_page(visitor: Visitor, sheet: Sheet) -> Met:
    """Return what the rights say of a page, asked for with an artist and a campaign of theirs."""
    if not visitor.is_let_in:
        return Met.SIGN_IN
    mine = visitor.rights
    if sheet.is_for_admins and not mine.may_somewhere(Deed.GIVE_ROLES):
        return Met.NOT_THERE
    if mine.may(Deed.LOOK, visitor.place):
        return Met.SHOWN
    return Met.NOT_THERE if sheet.is_of_campaign else Met.WITHOUT


def expected_act(visitor: Visitor, act: Act) -> Met:
    """Return what the rights say of an action, asked for where it would stand."""
    mine = visitor.rights
    if act.scope is Scope.ARTIST and not mine.may(Deed.LOOK, visitor.place):
        return Met.NOT_THERE
    if is_allowed(act, mine, visitor.place):
        return Met.DONE
    is_missing = act.is_for_admins and not mine.may_somewhere(Deed.GIVE_ROLES)
    return Met.NOT_THERE if is_missing else Met.NOT_OFFERED


def expected_too_late(act: Act) -> Met:
    """Return what comes of an action that was open when the admin became a viewer."""
    return Met.DONE if is_allowed(act, DEMOTED.rights, DEMOTED.place) else Met.REFUSED


def is_allowed(act: Act, mine: Rights, place: Place) -> bool:
    """Return whether these rights allow the action for the artist of this place."""
    if act.scope is Scope.SOMEWHERE:
        return mine.may_somewhere(act.deed)
    return mine.may(act.deed, place if act.scope is Scope.ARTIST else DESK)


_INTRODUCTION = (
    "Written by `make roles`: a Chromium signs in at an OIDC provider as each of these people, "
    "asks for every page and tries every action. The tests do the same and compare what they meet "
    "with `lib/domain/rights.py`."
)
_OF_PAGES = (
    "Each is asked for by its address, with an artist and one of that artist's campaigns. "
    f"“{Met.SIGN_IN}”: that alone, and no name of the database. “{Met.WITHOUT}”: the page, and on "
    "it no trace of any artist whom the person may not see."
)
_OF_ACTS = (
    "For whoever is let in; nobody else meets more than the sign-in. "
    f"“{Met.DONE}”: carried out, said so, and written down under the person's name. "
    f"“{Met.NOT_OFFERED}”: the page is there and offers it nowhere. The last column: everything "
    "was filled in, then the role was taken, then came the last click."
)

Seen = Mapping[Visitor, Mapping[str, Met]]
"""For every visitor what was met, by the title of the page or the name of the action."""


def acts_of(visitor: Visitor) -> tuple[Act, ...]:
    """Return the actions to try: none where every page is the sign-in, the desk's once a person."""
    if not visitor.is_let_in:
        return ()
    return tuple(act for act in ACTS if act.scope is Scope.ARTIST or not visitor.asks_for_others)


def expected() -> Seen:
    """Return the whole table as the rights have it."""
    table: dict[Visitor, dict[str, Met]] = {
        one: {sheet.title: expected_page(one, sheet) for sheet in SHEETS.values()}
        | {act.name: expected_act(one, act) for act in acts_of(one)}
        for one in VISITORS
    }
    return table | {DEMOTED: {act.name: expected_too_late(act) for act in ACTS}}


def render(seen: Seen) -> str:
    """Return the table in Markdown."""
    pages = [
        [sheet.title, *(seen[one][sheet.title] for one in VISITORS)] for sheet in SHEETS.values()
    ]
    tried = [one for one in (*VISITORS, DEMOTED) if one.is_let_in]
    acts = [[act.name, act.deed, *(seen[one].get(act.name, "") for one in tried)] for act in ACTS]
    return "\n".join(
        [
            "# Who sees and does what",
            "",
            _INTRODUCTION,
            "",
            "## Pages",
            "",
            _OF_PAGES,
            "",
            *_table(["page", *(one.title for one in VISITORS)], pages),
            "",
            "## Actions",
            "",
            _OF_ACTS,
            "",
            *_table(["action", "deed", *(one.title for one in tried)], acts),
            "",
            "What belongs to no artist is tried once for each person. No page offers:",
            "",
            *(f"- {deed}: {why}." for deed, why in WITHOUT_SCREEN.items()),
            "",
        ]
    )


def _table(heads: list[str], rows: list[list[str]]) -> list[str]:
    lines = [heads, ["---"] * len(heads), *rows]
    return [f"| {' | '.join(line)} |" for line in lines]
