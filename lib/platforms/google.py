"""Google Ads: campaign reports, downloads of the report editor, editable downloads.

“Conversions” are what Google itself calls so. “Views” are TrueView views; views that follow
an ad view are earned ones and keep their own name. Total rows stand in the first column and
do not agree with the listed rows where removed campaigns had costs: they never count.
"""

import re
from collections.abc import Callable
from datetime import date

from lib.domain.records import Platform
from lib.platforms import captions
from lib.platforms.captions import Aliases, normalised, plain, split_currency
from lib.platforms.dates import bare, declared_range, is_all_time
from lib.platforms.google_status import standing
from lib.platforms.layout import (
    LONGEST_WORD,
    Aside,
    Head,
    Layout,
    Standing,
    budget_periods,
    is_said,
    no_aside,
)
from lib.platforms.shapes import ExportRefused, listed
from lib.platforms.text import Row

ALIASES: Aliases = {
    "account": ("customer id", "account", "account name", "código do cliente"),
    "campaign": ("campaign", "campanha", "campaña", "kampagne", "campagne"),
    "campaign_id": (
        "campaign id",
        "código da campanha",
        "id da campanha",
        "id de la campaña",
        "id de campaña",
        "kampagnen-id",
        "id de campagne",
        "id de la campagne",
    ),
    "day": ("day", "date", "dia", "data", "día", "fecha", "tag", "datum", "jour"),
    "spend": ("cost", "custo", "coste", "costo", "kosten", "coût"),
    "impressions": ("impr.", "impressions", "impressões", "impresiones", "impressionen"),
    "clicks": ("clicks", "cliques", "clics", "klicks"),
    "currency": (
        "currency code",
        "currency",
        "código da moeda",
        "código de moneda",
        "código de la moneda",
        "währungscode",
        "code de devise",
        "code devise",
    ),
    "type": (
        "campaign type",
        "tipo de campanha",
        "tipo de campaña",
        "kampagnentyp",
        "type de campagne",
    ),
    "budget": ("budget", "orçamento", "presupuesto"),
    "budget_type": (
        "budget type",
        "tipo de orçamento",
        "tipo de presupuesto",
        "budgettyp",
        "type de budget",
    ),
    "run_starts": ("campaign start date", "start date", "data de início"),
    "run_ends": ("campaign end date", "end date", "data de término"),
    "location": ("location", "local", "ubicación", "standort", "zone géographique"),
}
_KINDS: Aliases = {
    "conversions": ("conversions", "conv.", "conversões", "conversiones", "conversionen"),
    "views": (
        "trueview views",
        "views",
        "visualizações do trueview",
        "visualizações trueview",
        "visualizaciones de trueview",
        "trueview-aufrufe",
        "vues trueview",
    ),
    "earned views": ("earned views",),
    "subscribers": ("subscribers", "earned subscribers"),
}
_STATE = (
    "campaign status",
    "campaign state",
    "status da campanha",
    "estado de la campaña",
    "kampagnenstatus",
    "état de la campagne",
)
_SERVING = ("status", "estado", "état")
_REASONS = (
    "status reasons",
    "motivos do status",
    "razões do status",
    "motivos del estado",
    "statusgründe",
    "raisons de l'état",
)
_ROW_TYPE = ("row type", "tipo de linha", "tipo de fila", "zeilentyp", "type de ligne")
_BELOW = frozenset(
    {"ad group", "ad group status", "keyword", "search keyword", "ad", "ad status", "asset group"}
)
# Captions that together make a header Google's.
_OWN = frozenset(
    {
        *ALIASES["campaign"],
        *ALIASES["spend"],
        "impr.",
        "impressões",
        *(word for word in ALIASES["currency"] if word != "currency"),
        *ALIASES["type"],
        *ALIASES["budget_type"],
        "budget name",
        "nome do orçamento",
        *_STATE,
        *_REASONS,
        *_ROW_TYPE,
        "avg. cpc",
        "cpc méd.",
        "conv. value",
        "conv. rate",
        "cost / conv.",
        "optimization score",
        "optimisation score",
        "bid strategy type",
        "interactions",
        "interaction rate",
        "trueview views",
        "trueview avg. cpv",
    }
)
_ENGLISH = frozenset({"campaign", "cost", "impr.", "campaign status", "currency code"})
# Columns of Google Ads Editor that no report has.
_EDITOR = frozenset(
    {"networks", "languages", "ad schedule", "max cpc", "headline 1", "targeting expansion",
     "bid modifier", "criterion type", "ad rotation", "targeting method", "labels", "ad group"}
)  # fmt: skip
_GLUED = re.compile(r"^(?:[A-Z]{0,3}[$€£¥₹]|[A-Z]{3}|R\$)[\s\u00a0]?[0-9]")
_CARD_DATE = re.compile(r"^(?:week of |\w+\.?, [0-9])", re.IGNORECASE)
_TOTAL = re.compile(r"^(?:total|gesamt|insgesamt)\b[^:]*:\s*(?P<of>.*)$")
_LONGEST_TOTAL = 200
_OF_LISTED = frozenset(
    {"campaigns", "campanhas", "campañas", "kampagnen", "campagnes", "filtered campaigns",
     "campanhas filtradas", "campañas filtradas", "gefilterte kampagnen", "campagnes filtrées"}
)  # fmt: skip
_OF_OTHERS = frozenset(
    {"account", "conta", "cuenta", "konto", "compte", "campaign", "search", "display", "video",
     "performance max", "shopping", "demand gen", "app", "smart", "local", "hotel", "discovery",
     "ad groups", "keywords", "ads", "campanha", "campaña", "kampagne", "campagne", "removed",
     "pesquisa", "rede de pesquisa", "rede de display", "vídeo", "geração de demanda",
     "búsqueda", "red de búsqueda", "red de display", "generación de demanda",
     "suchnetzwerk", "displaynetzwerk", "suche", "vidéo", "réseau", "réseau de recherche",
     "réseau display", "grupos de anúncios", "grupos de anuncios", "anzeigengruppen"}
)  # fmt: skip
_CAMPAIGN_ROWS = frozenset({"campaign", "campanha", "campaña", "kampagne", "campagne"})
_PERIODS = budget_periods(
    daily="daily,diário,diario,täglich,tagesbudget,quotidien",
    total="campaign total,total da campanha,total de la campaña,gesamtbudget der kampagne,"
    "total de la campagne",
)


class Google:
    """Google's downloads."""

    platform = Platform.GOOGLE

    def recognise(self, head: Head) -> Layout | None:
        """Return the layout of a Google Ads download; None for anything else.

        Raises `ExportRefused` for the overview cards, Editor exports, or without campaigns.
        """
        header = head.header
        _refuse_other_downloads(head)
        own = captions.known(header, _OWN)
        is_editable = bool(captions.find(header, _ROW_TYPE))
        columns, repeated = captions.find_all(header, ALIASES)
        is_titled = _has_title(head)
        if own < (2 if is_titled else 3):
            return None
        # Other platforms' tables say “Campaign” and “Campaign status” too, but not “Cost”.
        if not is_titled and not is_editable and "spend" not in columns:
            return None
        if "campaign" not in columns:
            raise ExportRefused(
                "This Google Ads download has no column with the campaign's name.",
                expected="the column “Campaign”; add it to the report",
                found="the columns " + listed(header),
            )
        declared, notes = _range(head)
        stands = _standing_columns(header)
        return Layout(
            platform=Platform.GOOGLE,
            form=_form(columns, is_editable=is_editable),
            head=head,
            columns=columns,
            repeated=repeated,
            kinds=captions.find_all(header, _KINDS)[0],
            currency=split_currency(header[columns["spend"]])[1] if "spend" in columns else None,
            likely_mark="." if captions.known(header, _ENGLISH) and head.delimiter != ";" else None,
            declared=declared,
            standing_columns=tuple(stands.values()),
            budget_periods=_PERIODS,
            notes=notes,
            aside=_aside(columns, header),
            tail=_total if is_titled and not _beside(columns, header) else no_aside,
            standing=_standing(tuple(stands)),
        )


def _refuse_other_downloads(head: Head) -> None:
    """Refuse what Google Ads also offers for download, and what is no campaign report."""
    names = set(map(plain, head.header))
    has_campaign = bool(names & set(ALIASES["campaign"]))
    has_figures = bool(names & {*ALIASES["spend"], *ALIASES["impressions"], *ALIASES["clicks"]})
    if len(names & _EDITOR) >= 2 and has_campaign and not has_figures:
        raise ExportRefused(
            "This is an export of Google Ads Editor: it has settings and no figures.",
            expected="a campaign report downloaded from Google Ads (Campaigns, Download)",
            found="the columns " + listed(head.header, most=8),
        )
    cells = [cell.strip() for cell in head.first_row]
    is_money_card = bool(names & set(ALIASES["spend"])) and any(map(_GLUED.match, cells))
    is_series = (
        bool(cells)
        and bool(_CARD_DATE.match(cells[0]))
        and not any(name.startswith(("campa", "kampa")) for name in names)
    )
    if (is_money_card or is_series) and not has_campaign and has_figures and head.line == 1:
        raise ExportRefused(
            "This is the download of a card of Google Ads' overview (Time series, Campaigns…): it "
            "is made for a chart and does not name campaign and day together.",
            expected="a campaign report with the columns Campaign, Day, Cost and Currency code",
            found="the columns " + listed(head.header),
        )


def _range(head: Head) -> tuple[tuple[date, date] | None, tuple[str, ...]]:
    """Return the range that stands above the header, and a note where it cannot be read."""
    for line in reversed(head.above):
        if is_all_time(line):
            return None, ("The report covers all time: it does not say from when to when.",)
        found = declared_range(line)
        if found:
            return found, ()
    if len(head.above) >= 2:
        return None, (f"The report's range “{head.above[-1]}” could not be read.",)
    return None, ()


def _has_title(head: Head) -> bool:
    """Say whether a title and a range stand above the header, as in every report."""
    return 1 <= len(head.above) <= 4 and (
        _range(head)[0] is not None or any(map(is_all_time, head.above))
    )


def _form(columns: dict[str, int], *, is_editable: bool) -> str:
    if is_editable:
        return "Google Ads editable download"
    return "Google Ads report editor download" if "day" in columns else "Google Ads campaign report"


def _standing_columns(header: tuple[str, ...]) -> dict[str, int]:
    """Return the columns of state, serving and reasons; below campaigns only the state."""
    is_below = bool(set(map(plain, header)) & _BELOW)
    wanted: dict[str, tuple[str, ...]] = {"state": _STATE}
    if not is_below:
        wanted |= {"serving": _SERVING, "reasons": _REASONS}
    return captions.find_all(header, wanted)[0]


def _standing(names: tuple[str, ...]) -> Callable[[tuple[str, ...]], Standing]:
    """Return what reads the cells of these columns."""

    def read(words: tuple[str, ...]) -> Standing:
        said = dict(zip(names, words, strict=True))
        return standing(
            state=said.get("state", ""),
            serving=said.get("serving", ""),
            reasons=said.get("reasons", ""),
        )

    return read


def _aside(columns: dict[str, int], header: tuple[str, ...]) -> Callable[[Row], Aside | None]:
    """Return what tells total rows, and in editable downloads the rows of no campaign."""
    row_type = captions.find(header, _ROW_TYPE)
    beside = _beside(columns, header)

    def aside(row: Row) -> Aside | None:
        total = _total(row)
        if total and (columns["campaign"] != 0 or _is_total(row, beside)):
            return total
        if row_type and normalised(row[row_type[0]]) not in _CAMPAIGN_ROWS:
            return Aside(f"a row of the type “{row[row_type[0]].strip()}”, not of a campaign")
        return None

    return aside


def _beside(columns: dict[str, int], header: tuple[str, ...]) -> list[int]:
    """Return the columns that a campaign's row fills, and a total's row does not."""
    named = [columns[name] for name in ("day", "campaign_id") if name in columns]
    return named + captions.find(header, _STATE)


def _total_of(row: Row) -> str | None:
    """Return what the row is the total of, if its first cell says that it is one."""
    if ":" not in row[0] or len(row[0]) > _LONGEST_TOTAL:
        return None
    found = _TOTAL.match(normalised(row[0]))
    return found["of"] if found else None


def _total(row: Row) -> Aside | None:
    """Return the total row that a first cell such as “Total: Account” makes."""
    of = _total_of(row)
    if of is None:
        return None
    label = row[0].strip()
    return Aside(f"the total row “{label}”, which is never counted", label, of in _OF_LISTED)


def _is_total(row: Row, beside: list[int]) -> bool:
    """Say whether a name in the first column is a total: a campaign may be called so too.

    A total has no day, no id and no status; without such columns only Google's own words
    for totals are believed.
    """
    if beside:
        return not any(is_said(row[index]) for index in beside)
    of = _total_of(row)
    return of in _OF_LISTED or of in _OF_OTHERS


def is_video_type(word: str) -> bool:
    """Say whether a campaign type is a video's: “In-stream video”, “Vídeo”, “Vidéo”."""
    return len(word) <= LONGEST_WORD and "video" in bare(word)
