"""The roster's tables: every cell in words with its unit, colour never alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from urllib.parse import urlencode

from lib.domain.board import BoardRow
from lib.domain.records import MICROS
from lib.domain.status import FACTS
from lib.services.attention import Need, StoppedByBilling, money_of
from lib.services.campaign_rows import PlacedCampaign
from lib.services.looks import Moved
from lib.services.roster import ArtistTotal, KindTotal
from lib.services.trend.label import LabelSpend
from lib.ui import verdict_words
from lib.ui.badges import Colour
from lib.ui.format import MISSING, count, day, day_before, instant, money, one_of, percent, results
from lib.ui.table import Column, Line, Row, chip, line


@dataclass(frozen=True)
class NeedLook:
    """How a kind of attention looks: icon, words and colour."""

    icon: str
    words: str
    colour: Colour


NEEDS = {
    Need.ISSUE: NeedLook("error", "Issue", "red"),
    Need.STILL_SPENDING: NeedLook("payments", "Still spending", "red"),
    Need.BILLING: NeedLook("credit_card_off", "Billing", "orange"),
    Need.BROKEN: NeedLook("link_off", "Broken connection", "orange"),
    Need.SILENT: NeedLook("money_off", "Spends nothing", "orange"),
    Need.FRUITLESS: NeedLook("hourglass_disabled", "Brings nothing", "orange"),
    Need.DECLINING: NeedLook("north_east", "Declining", "orange"),
    Need.PACING: NeedLook("speed", "Pacing far off", "orange"),
    Need.ANOMALY: NeedLook("show_chart", "Odd spend", "violet"),
    Need.STALE: NeedLook("update_disabled", "Old figures", "gray"),
}


def results_of(kind: str, micros: int | None) -> str:
    """Return results with their kind: "1 save", "— views"."""
    return f"{results(micros)} {one_of(kind) if micros == MICROS else kind}"


LABEL_COLUMNS = (
    Column("currency", "Currency"),
    Column("through", "7 days to"),
    Column("week", "Spend, 7 days", is_number=True),
    Column("before", "The 7 before", is_number=True),
    Column("change", "Change", is_number=True),
    Column("line", "28 days", "line"),
)


def label_lines(spent: Sequence[LabelSpend]) -> list[Line]:
    """Return what the label spent, one row a currency; spend is neutral."""
    return [
        Row(
            (one.currency,),
            one.currency,
            (
                one.currency,
                day(one.through),
                _amount(one.week, one.currency),
                _amount(one.week_before, one.currency),
                _change(one.week, one.week_before),
                line(
                    tuple(each.spend if each.is_whole else None for each in one.days),
                    f"Spend a day in {one.currency} over {len(one.days)} days",
                ),
            ),
        )
        for one in spent
    ]


def _amount(units: float | None, currency: str) -> str:
    return money(None if units is None else units * MICROS, currency)


def _change(now: float | None, before: float | None) -> str:
    if now is None or not before:
        return MISSING
    ratio = now / before - 1
    return f"{'+' if ratio >= 0 else '−'}{percent(abs(ratio))}"


ARTIST_COLUMNS = (
    Column("artist", "Artist", "link", width="10rem"),
    Column("campaigns", "Campaigns", is_number=True),
    Column("live", "Live", is_number=True),
    Column("declining", "Declining", is_number=True),
    Column("spend", "Spend", "pair", is_number=True),
    Column("results_7", "Results, 7 days", width="9rem"),
    Column("results_28", "Results, 28 days", width="9rem"),
)


def artist_lines(rows: Sequence[ArtistTotal]) -> list[Line]:
    """Return the artists' totals, one row an artist and currency."""
    return [
        Row(
            (one.artist, one.total.currency),
            one.artist,
            (
                (one.artist, one.total.currency, _board_of(one.artist)),
                count(one.total.campaigns),
                count(one.live),
                count(one.declining),
                (
                    ("7 d", money(one.total.spend_7_micros, one.total.currency)),
                    ("28 d", money(one.total.spend_28_micros, one.total.currency)),
                ),
                kinds_words(one.total.kinds, lambda kind: kind.results_7_micros),
                kinds_words(one.total.kinds, lambda kind: kind.results_28_micros),
            ),
        )
        for one in rows
    ]


def _board_of(artist: str) -> str:
    """Return the address of an artist's board, as seen from any page of the desk."""
    return f"./?{urlencode({'artist': artist})}"


def kinds_words(kinds: Sequence[KindTotal], micros: Callable[[KindTotal], int | None]) -> str:
    """Return results kind by kind; they are never added."""
    told = [results_of(kind.kind, micros(kind)) for kind in kinds if micros(kind) is not None]
    return " · ".join(told) or MISSING


ATTENTION_COLUMNS = (
    Column("what", "What", "chips"),
    Column("campaign", "Campaign", "link", width="10rem"),
    Column("artist", "Artist", width="7rem"),
    Column("why", "Why", width="16rem"),
    Column(
        "amount",
        "Amount",
        help="At stake for a decline, the distance from the usual for odd spend, the spend of the "
        "last 28 days where it brought nothing, else that of the last 7 days.",
        is_number=True,
    ),
)


def attention_lines(items: Sequence[tuple[Need, PlacedCampaign | StoppedByBilling]]) -> list[Line]:
    """Return the list of what needs attention."""
    return [_attention_row(need, item) for need, item in items]


def _attention_row(need: Need, item: PlacedCampaign | StoppedByBilling) -> Row:
    look = NEEDS[need]
    what = [chip(look.words, look.colour, look.icon)]
    if isinstance(item, StoppedByBilling):
        everything = ("All of the artist", "", _board_of(item.artist))
        cells = (what, everything, item.artist, _billing_words(item), None)
        return Row((need.value, item.artist), item.artist, cells)
    campaign = item.row.campaign
    amount = money_of(need, item.row)
    return Row(
        (need.value, campaign.id),
        campaign.name,
        (
            what,
            (campaign.name, "", f"campaign?id={campaign.id}"),
            item.artist.name,
            why(need, item.row),
            None if amount is None else money(amount, campaign.currency),
        ),
    )


def why(need: Need, row: BoardRow) -> str:
    """Return the sentence of one campaign that needs attention."""
    if need is Need.ISSUE:
        return row.campaign.platform_note or FACTS[row.status].meaning
    if need is Need.STILL_SPENDING:
        return (
            f"{FACTS[row.status].label}, yet spend was reported for "
            f"{day_before(row.spent_after_stop_on, row.now)}"
        )
    if need is Need.BROKEN:
        return f"{FACTS[row.status].label} on a broken connection to {row.campaign.platform.label}"
    if need is Need.SILENT:
        return f"Live, and nothing was spent on {day_before(row.silent_on, row.now)}"
    if need is Need.FRUITLESS:
        kind = row.campaign.headline_kind
        days = count(row.month.days if row.month else None)
        return (
            f"Live, and no {kind} came in over {days} reported days. See that the ads lead where "
            f"they should, and that {kind} are counted"
        )
    if need is Need.DECLINING:
        return verdict_words.sentence(row)
    if need is Need.PACING and row.pacing:
        return (
            f"{percent(row.pacing.ratio)} of plan; "
            f"± {percent(row.pacing.tolerance)} counts as on track"
        )
    if need is Need.ANOMALY and row.odd_day:
        currency = row.campaign.currency
        return (
            f"{money(row.odd_day.spend_micros, currency)} on {day(row.odd_day.day)}, usually "
            f"{money(row.odd_day.usual_micros, currency)} on that weekday"
        )
    if row.covered_through is None:
        return "Live, and no figures have come in yet"
    return f"Live, and the figures end on {day_before(row.covered_through, row.now)}"


def _billing_words(item: StoppedByBilling) -> str:
    stopped = f"{count(item.campaigns)} campaign{'' if item.campaigns == 1 else 's'} stopped"
    if not item.is_failing:
        return f"Billing is in order again; {stopped} still"
    return f"A payment has failed; {stopped if item.campaigns else 'nothing stopped yet'}"


MOVED_COLUMNS = (
    Column("when", "When", width="9rem"),
    Column("campaign", "Campaign", "link", width="10rem"),
    Column("artist", "Artist", width="7rem"),
    Column("what", "What"),
    Column("movement", "From → to", width="10rem"),
    Column("who", "Who"),
)


def moved_lines(moved: Sequence[Moved], zone: tzinfo) -> list[Line]:
    """Return the list of what moved, the newest first."""
    return [
        Row(
            (one.campaign_id, number),
            one.campaign,
            (
                instant(one.at, zone),
                (one.campaign, "", f"campaign?id={one.campaign_id}"),
                one.artist,
                "Status" if one.to_status else "Verdict",
                movement_words(one),
                one.actor,
            ),
        )
        for number, one in enumerate(moved)
    ]


def movement_words(one: Moved) -> str:
    """Return from what to what something moved."""
    if one.from_status and one.to_status:
        return f"{FACTS[one.from_status].label} → {FACTS[one.to_status].label}"
    if one.from_word and one.to_word:
        return f"{one.from_word.value} → {one.to_word.value}"
    return MISSING
