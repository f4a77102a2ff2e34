"""Every action of the desk in a real Chromium: up to its last click, and what it then says."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from secrets import token_hex

from playwright.sync_api import Locator, Page, expect

from lib.ui.escape import JOINER
from tests.browser.chromium import drawn
from tests.browser.roles import Met
from tests.browser.roles_stage import REMEMBERED, SAVED, Holdings

META = """Reporting starts,Reporting ends,Campaign name,Day,Campaign delivery,\
Amount spent (EUR),Impressions,Link clicks,Result type,Results
2026-06-01,2026-06-02,Quill imported {word},2026-06-01,active,10.00,100,5,Website purchases,2
2026-06-01,2026-06-02,Quill imported {word},2026-06-02,active,11.00,110,6,Website purchases,3
"""
TABLE = "Tune,Paid {word},When\nQuill told,10.00,2026-06-01\n"
REFUSED = re.compile("Nothing was (changed|imported)")


@dataclass
class Tab:
    """A page of somebody's browser, the desk it shows, and what they ask for."""

    page: Page
    url: str
    about: Holdings
    at: str | None = field(default=None, init=False)

    def go(self, path: str) -> None:
        """Ask for a page of the desk by its address, unless it stands there already."""
        if path != self.at:
            self.page.goto(f"{self.url}/{path}")
            self.at = path
        drawn(self.page)

    @property
    def main(self) -> Locator:
        return self.page.get_by_test_id("stMain")

    @property
    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog")

    @property
    def asked(self) -> str:
        """The part of an address that names the artist."""
        return f"artist={self.about.artist.replace(' ', '+')}"

    def shows(self, words: str) -> bool:
        """Return whether these words stand anywhere on the page, in fields too."""
        return words in shown(self.page)


def shown(page: Page) -> str:
    """Return every word of the page: its text, what is hidden in it, and what its fields hold."""
    words = page.evaluate(
        """() => [
            document.title,
            document.body.textContent,
            ...[...document.querySelectorAll('input, textarea')].map(one => one.value),
            ...[...document.querySelectorAll('[aria-label], [title], [alt]')].flatMap(
                one => ['aria-label', 'title', 'alt'].map(name => one.getAttribute(name) ?? '')),
        ].join('\\n')"""
    )
    return str(words).replace(JOINER, "")


Begin = Callable[[Tab], Locator | None]


@dataclass(frozen=True)
class Way:
    """How an action is begun, what it says when it is done, and the event that is written."""

    path: Callable[[Tab], str]
    begin: Begin
    """Do everything up to the last click and return what is to be clicked; None: not offered."""
    told: str = ""
    """A regular expression of what is said then; empty: a file is downloaded."""
    event: str = ""


def attempt(
    tab: Tab, way: Way, *, is_of_artist: bool, meanwhile: Callable[[], None] | None = None
) -> Met:
    """Try an action as the person of the tab; `meanwhile` happens before the last click."""
    tab.go(way.path(tab))
    if tab.page.get_by_role("button", name="Sign in", exact=True).count():
        return Met.SIGN_IN
    if is_not_there(tab.page) or (is_of_artist and not tab.shows(tab.about.artist)):
        return Met.NOT_THERE
    last = way.begin(tab)
    if last is None:
        return Met.NOT_OFFERED
    if meanwhile is not None:
        meanwhile()
    return _finish(tab, last, way.told)


def is_not_there(page: Page) -> bool:
    """Return whether the desk says that there is no such page."""
    missing = page.get_by_role("dialog").filter(has_text="Page not found")
    return missing.count() > 0


def _finish(tab: Tab, last: Locator, told: str) -> Met:
    if not told:
        with tab.page.expect_download() as download:
            last.click()
        file = download.value.path().read_text(encoding="utf-8")
        return Met.DONE if tab.about.artist in file else Met.REFUSED
    last.click()
    said = tab.page.get_by_text(re.compile(told)).filter(visible=True)
    refused = tab.page.get_by_text(REFUSED).filter(visible=True)
    expect(said.or_(refused).first).to_be_visible()
    drawn(tab.page)
    is_refused = refused.count() > 0
    if tab.dialog.count():
        tab.page.keyboard.press("Escape")
        expect(tab.dialog).to_have_count(0)
    return Met.REFUSED if is_refused else Met.DONE


def offered(button: Locator) -> Locator | None:
    """Return the first of these buttons, None where there is none that can be pressed."""
    return button.first if button.count() and button.first.is_enabled() else None


def main_button(tab: Tab, label: str) -> Locator | None:
    # A button's name begins with the name of its icon.
    return offered(tab.main.get_by_role("button", name=re.compile(rf"{label}$")))


def asked_in_dialog(label: str, confirm: str, fill: Callable[[Tab], None] | None = None) -> Begin:
    """Return how an action is begun that a button opens a dialog for."""

    def begin(tab: Tab) -> Locator | None:
        button = main_button(tab, label)
        if button is None:
            return None
        button.click()
        return in_dialog(tab, confirm, fill)

    return begin


def in_dialog(tab: Tab, confirm: str, fill: Callable[[Tab], None] | None = None) -> Locator:
    """Fill a dialog in and return the button that confirms it."""
    tab.dialog.wait_for()
    if fill is not None:
        fill(tab)
    last = tab.dialog.get_by_role("button", name=re.compile(rf"{confirm}$"))
    expect(last).to_be_enabled()
    drawn(tab.page)
    return last


def button(label: str) -> Begin:
    return lambda tab: main_button(tab, label)


def choose_reason(tab: Tab) -> None:
    tab.dialog.get_by_text("Stop the spend for budget reasons").click()


def name_what_it_promotes(tab: Tab) -> None:
    tab.dialog.get_by_role("textbox", name="Promotes").fill(f"Track {token_hex(4)}")


def choose_day(tab: Tab) -> None:
    day = datetime.now(UTC).date() + timedelta(days=20)
    # The field has a part each for year, month and day, and goes on to the next by itself.
    tab.dialog.get_by_role("spinbutton", name=re.compile("year")).click()
    tab.page.keyboard.type(f"{day:%Y%m%d}")
    # What is typed counts once its calendar is closed.
    tab.page.get_by_text("Schedule a change", exact=True).click()


def undo_the_newest(tab: Tab) -> Locator | None:
    """Choose the first entry of the campaign's history and return the way to take it back."""
    grid = tab.main.get_by_test_id("stDataFrame").filter(has=tab.page.locator("canvas")).first
    # Its cells are painted: the first row's box to tick lies left, below the head.
    grid.click(position={"x": 14, "y": 52})
    # Below the one of the notice, which tells of the change before.
    undo = tab.main.get_by_test_id("stExpander").get_by_role("button", name=re.compile("Undo$"))
    expect(undo.or_(tab.main.get_by_text("It cannot be undone now")).first).to_be_visible()
    drawn(tab.page)
    return offered(undo)


def archive_two(tab: Tab) -> Locator | None:
    board = tab.page.get_by_role("table", name="Campaigns")
    board.wait_for()
    for name in tab.about.ended:
        box = board.get_by_role("checkbox", name=f"Select {name}", exact=True).first
        if not box.count():
            return None
        box.check()
    tab.main.get_by_role("button", name="Archive", exact=True).click()
    return in_dialog(tab, "Archive 2 campaigns")


def set_file(tab: Tab, text: str) -> None:
    if another := main_button(tab, "Next file"):
        another.click()
        tab.main.locator("input[type=file]").wait_for(state="attached")
    data = {"name": "quill.csv", "mimeType": "text/csv", "buffer": text.encode()}
    tab.page.set_input_files("input[type=file]", data)  # type: ignore[arg-type]
    tab.main.get_by_text("quill.csv").first.wait_for()
    drawn(tab.page)


def belongs_to(tab: Tab, name: str, *, is_new: bool = False) -> bool:
    """Choose whose file it is; return whether that was to be had."""
    field = tab.main.get_by_role("combobox", name=re.compile("Belongs to artist"))
    field.click()
    field.fill(name)
    option = tab.page.get_by_role("option", name=re.compile(re.escape(name)))
    nothing = tab.page.get_by_text("No results")
    expect(option.or_(nothing).first).to_be_visible()
    if not option.count() or (not is_new and "Add:" in option.first.inner_text()):
        field.press("Escape")
        return False
    option.first.click()
    drawn(tab.page)
    return True


def bring_in(tab: Tab, artist: str, *, is_new: bool) -> Locator | None:
    set_file(tab, META.format(word=token_hex(4)))
    if not belongs_to(tab, artist, is_new=is_new):
        return None
    tab.main.get_by_text("What would change", exact=True).wait_for()
    drawn(tab.page)
    return main_button(tab, "Import")


def explain(tab: Tab) -> Locator | None:
    """Bring a table whose header nobody has explained, and say what its columns mean."""
    set_file(tab, TABLE.format(word=token_hex(4)))
    if not belongs_to(tab, tab.about.artist):
        return None
    tab.main.get_by_text("What are these columns?").wait_for()
    for label, column in (("Campaign name", "Tune"), ("Spend", "Paid"), ("Day", "When")):
        tab.main.get_by_role(
            "combobox", name=re.compile(f"{label}$|^{label}|{label}")
        ).first.click()
        tab.page.get_by_role("option", name=re.compile(f"^{column}")).click()
    tab.main.get_by_label("Currency, if no column has it").fill("EUR")
    return main_button(tab, "Remember these columns")


def choose_person(tab: Tab) -> None:
    field = tab.main.get_by_role("combobox", name="Person")
    field.click()
    field.fill(tab.about.person)
    tab.page.get_by_role("option", name=tab.about.person).click()
    tab.main.get_by_text("Give this role").wait_for()
    drawn(tab.page)


def in_fold(fold_of: str, label: str, fill: Callable[[Tab], None] | None = None) -> Begin:
    """Return how an action is begun that stands in a fold of the page Present."""

    def begin(tab: Tab) -> Locator | None:
        fold = tab.main.locator("details").filter(
            has=tab.page.locator("summary").get_by_text(fold_of, exact=True)
        )
        if not fold.count():
            return None
        if fold.get_attribute("open") is None:
            fold.locator("summary").click()
        drawn(tab.page)
        if fill is not None:
            fill(tab)
        return main_button(tab, label)

    return begin


def type_a_title(tab: Tab) -> None:
    tab.main.get_by_placeholder("Track · Title").first.fill(f"Track {token_hex(4)}")


def on_person(label: str) -> Begin:
    def begin(tab: Tab) -> Locator | None:
        choose_person(tab)
        return main_button(tab, label)

    return begin


def invite(tab: Tab) -> Locator | None:
    tab.main.get_by_text("Invite somebody").click()
    drawn(tab.page)
    tab.main.get_by_label("E-mail address").fill(f"new-{token_hex(4)}@label.example")
    return offered(tab.main.get_by_role("button", name="Invite", exact=True))


def start_over(tab: Tab) -> Locator | None:
    beside = tab.page.get_by_test_id("stSidebar")
    first = offered(beside.get_by_role("button", name=re.compile("Start over$")))
    if first is None:
        return None
    first.click()
    return in_dialog(tab, "Start over")


def name_a_view(tab: Tab) -> Locator | None:
    menu = main_button(tab, "View")
    if menu is None:
        return None
    menu.click()
    body = tab.page.get_by_test_id("stPopoverBody")
    name = body.get_by_role("textbox", name="Save what is shown as")
    name.fill(f"View {token_hex(4)}")
    name.press("Enter")
    drawn(tab.page)
    return offered(body.get_by_role("button", name="Save view"))


def on_campaign(which: str) -> Callable[[Tab], str]:
    return lambda tab: f"campaign?id={getattr(tab.about, which)}&history=true"


def on(path: str) -> Callable[[Tab], str]:
    """Return the address of a page that is asked for with the artist."""
    return lambda tab: f"{path}{'&' if '?' in path else '?'}{tab.asked}"


_RESTS, _IMPORT, _PEOPLE = on_campaign("rests"), on("import"), on("people")
WAYS: Mapping[str, Way] = {
    "download an artist's figures": Way(_IMPORT, button("Campaigns")),
    "download the history": Way(on("activity"), button("Download all as CSV")),
    "save a view": Way(on(""), name_a_view, "Saved the view", SAVED),
    "pause": Way(
        on_campaign("runs"),
        asked_in_dialog("Pause", "Pause", choose_reason),
        "Paused “",
        "campaign:pause",
    ),
    "unarchive": Way(
        on_campaign("archived"),
        asked_in_dialog("Unarchive", "Unarchive"),
        "Unarchived “",
        "campaign:unarchive",
    ),
    "schedule a change": Way(
        _RESTS,
        asked_in_dialog("Schedule…", "Schedule the resume", choose_day),
        "Scheduled the resume",
        "schedule:create",
    ),
    "cancel a scheduled change": Way(
        _RESTS, button("Cancel it"), "Cancelled the scheduled", "schedule:cancel"
    ),
    "mark as carried out": Way(
        _RESTS,
        asked_in_dialog("Mark as carried out", "It is switched off"),
        "Marked “",
        "campaign:carried_out",
    ),
    "resume": Way(_RESTS, asked_in_dialog("Resume", "Resume"), "Resumed “", "campaign:resume"),
    "undo": Way(_RESTS, undo_the_newest, f"Undone:{JOINER} “", "campaign:undo"),
    "archive": Way(_RESTS, asked_in_dialog("Archive", "Archive"), "Archived “", "campaign:archive"),
    "archive several at once": Way(on(""), archive_two, "2 of 2 archived", "campaign:archive"),
    "say what a campaign promotes": Way(
        on_campaign("runs"),
        asked_in_dialog("What it promotes…", "Save", name_what_it_promotes),
        "promotes “Track",
        "campaign:describe",
    ),
    "give titles on Present": Way(
        on("present"),
        in_fold("Titles", "Save titles", type_a_title),
        "Saved 1 title",
        "campaign:describe",
    ),
    "set a connection": Way(
        on("?connections=true"),
        asked_in_dialog("Mark as broken", "Mark as broken"),
        "is marked as broken",
        "connection:break",
    ),
    "make a link for an artist": Way(
        on("present"), in_fold("Share", "Make a link"), "A link for .* is ready", "share:create"
    ),
    "show an artist costs": Way(
        on("present"),
        in_fold("Share", "Show costs"),
        "What it cost is shown to .*",
        "artist:share_costs",
    ),
    "import for an artist": Way(
        _IMPORT,
        lambda tab: bring_in(tab, tab.about.artist, is_new=False),
        "^Imported$",
        "import:finish",
    ),
    "say what the columns of a file mean": Way(
        _IMPORT, explain, "The columns are remembered", REMEMBERED
    ),
    "import for a new artist": Way(
        _IMPORT,
        lambda tab: bring_in(tab, f"Quill new {token_hex(4)}", is_new=True),
        "^Imported$",
        "import:finish",
    ),
    "invite somebody": Way(_PEOPLE, invite, "new-.* is Viewer of", "person:invite"),
    "give a role": Way(
        _PEOPLE, on_person("Give this role"), "target-.* is Viewer of", "person:role"
    ),
    "take a role away": Way(
        _PEOPLE, on_person("Take away"), "has no role any more in", "person:role"
    ),
    "sign somebody out everywhere": Way(
        _PEOPLE, on_person("Sign out everywhere"), "Every sign-in of", "person:end_sign_ins"
    ),
    "switch somebody off": Way(
        _PEOPLE, on_person("Switch off"), "is switched off", "person:switch_off"
    ),
    "switch somebody on": Way(
        _PEOPLE, on_person("Switch on"), "is switched on", "person:switch_on"
    ),
    "start the demo over": Way(
        on("status-guide"), start_over, "The demo label starts over", "demo:start_over"
    ),
}
