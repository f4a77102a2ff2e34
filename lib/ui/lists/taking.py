"""What the board, the roster and the activity offer to take along: the table on the screen."""

from collections.abc import Mapping, Sequence

from lib.domain.board import BoardRow
from lib.domain.campaign_filter import CampaignFilter
from lib.domain.records import HistoryEntry
from lib.services import roster as rosters
from lib.services.roster import MOST_AT_ONCE, Order, Overview
from lib.services.sheets import Column, Kind, Sheet
from lib.ui import clock, downloads, reads
from lib.ui.filtering import filters
from lib.ui.format import MISSING, instant, zone_name
from lib.ui.lists import campaign_sheet
from lib.ui.lists.campaign_cells import Shown
from lib.ui.words import (
    change_words,
    entry_words,
    note_words,
    reason_words,
    where_words,
    who_words,
)


def board(rows: Sequence[BoardRow], cells: Sequence[str], *, artist: str) -> None:
    """Draw the buttons that take along the campaigns of the board, every page of them."""
    if not rows:
        return
    now, zone = clock.reading_time(), clock.zone()
    narrowed = [("Artist", artist), *filters.words(filters.BOARD)]
    downloads.sheet_buttons(
        "campaigns-of-an-artist",
        lambda: campaign_sheet.sheet(
            "Campaigns",
            [Shown(row, artist, now, zone) for row in rows],
            cells,
            filters=narrowed,
            total=len(rows),
            now=now,
            zone=zone,
        ),
        shown=(tuple(row.campaign.id for row in rows), tuple(narrowed)),
    )


def roster(
    narrowed: CampaignFilter, order: Order, cells: Sequence[str], *, fitting: Overview
) -> None:
    """Draw the buttons that take along the campaigns that fit: the first thousand of them."""
    now, zone = clock.reading_time(), clock.zone()
    engine, rights = reads.engine(), reads.rights()
    told = filters.words(filters.ROSTER)

    def made() -> Sheet:
        rows = rosters.page(
            engine,
            narrowed,
            order,
            rights=rights,
            rows=MOST_AT_ONCE,
            currencies=fitting.currencies,
            now=now,
        )
        return campaign_sheet.sheet(
            "Roster",
            [Shown(one.row, one.artist.name, now, zone) for one in rows],
            cells,
            filters=told,
            total=fitting.campaigns,
            now=now,
            zone=zone,
        )

    downloads.sheet_buttons("roster", made, shown=(narrowed, order))


def activity(
    entries: Sequence[HistoryEntry],
    *,
    artists: Mapping[int, str],
    narrowed: Sequence[tuple[str, str]],
) -> None:
    """Draw the buttons that take along the entries that are shown."""
    now, zone = clock.now(), clock.zone()
    columns = (Column("When", Kind.INSTANT), *map(Column, _ENTRY))

    def made() -> Sheet:
        rows = tuple(
            (
                entry.at.astimezone(zone),
                who_words(entry, zone),
                artists.get(entry.artist_id),
                entry.campaign_name,
                *(
                    None if words == MISSING else words
                    for words in (
                        entry_words(entry),
                        change_words(entry),
                        reason_words(entry.reason),
                        note_words(entry),
                        where_words(entry),
                    )
                ),
            )
            for entry in entries
        )
        about = (
            ("What", "Activity, newest first, as far as it is shown"),
            *(narrowed or (("Filters", "none"),)),
            ("Entries", str(len(entries))),
            ("Times", zone_name(zone)),
            ("Made", instant(now, zone)),
        )
        return Sheet("Activity", columns, rows, about)

    downloads.sheet_buttons(
        "activity-shown", made, shown=(entries[0].id, entries[-1].id, len(entries))
    )


_ENTRY = ("Who", "Artist", "Campaign", "What", "Change", "Reason", "Note", "From")
