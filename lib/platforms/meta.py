"""Meta: the table of Ads Manager and the exports of Ads Reporting.

Clicks are *link clicks* where the file has them, else *clicks (all)*: a campaign for music
is bought for the click that leads out, not for a click that opens the ad's comments.
“Views” are how often an ad was on a screen, not views of a video: they are not read. Reach
and frequency cannot be added up and are never read either.
"""

import re
from collections.abc import Callable
from functools import lru_cache

from lib.domain.metrics import SAVES
from lib.domain.records import Platform
from lib.platforms import captions
from lib.platforms.captions import Aliases, normalised, plain, split_currency
from lib.platforms.kinds import unified
from lib.platforms.layout import (
    LONGEST_WORD,
    Aside,
    Head,
    Layout,
    Standing,
    UnknownWord,
    budget_periods,
    is_said,
    status_word,
    statuses,
)
from lib.platforms.shapes import DecimalMark, ExportRefused, listed, shortened
from lib.platforms.text import Row

_SPEND = (
    "amount spent",
    "valor usado",
    "valor gasto",
    "importe gastado",
    "ausgegebener betrag",
    "montant dépensé",
)
_STARTS = (
    "reporting starts",
    "início dos relatórios",
    "inicio del informe",
    "inicio de los informes",
    "berichtsbeginn",
    "beginn des berichts",
    "début des rapports",
)
_ENDS = (
    "reporting ends",
    "encerramento dos relatórios",
    "término dos relatórios",
    "fin del informe",
    "fin de los informes",
    "berichtsende",
    "ende des berichts",
    "fin des rapports",
)
_DELIVERY = (
    "campaign delivery",
    "veiculação da campanha",
    "entrega de la campaña",
    "kampagnenauslieferung",
    "diffusion de la campagne",
)
_LINK_CLICKS = (
    "link clicks",
    "cliques no link",
    "clics en el enlace",
    "link-klicks",
    "clics sur un lien",
)
_ALL_CLICKS = ("clicks (all)", "cliques (todos)", "clics (todos)", "klicks (alle)", "clics (tous)")
_LEVEL = ("delivery level", "nível de veiculação", "nivel de entrega", "auslieferungsebene")
_NAMES_BELOW = ("ad set name", "ad name", "ad set id", "ad id", "nome do anúncio")
_INDICATOR = ("result indicator", "indicador de resultados", "indicador de resultado")

ALIASES: Aliases = {
    "account": ("account id", "account name", "nome da conta", "nombre de la cuenta", "kontoname"),
    "campaign": (
        "campaign name",
        "nome da campanha",
        "nombre de la campaña",
        "kampagnenname",
        "nom de la campagne",
    ),
    "campaign_id": (
        "campaign id",
        "identificação da campanha",
        "id da campanha",
        "identificador de la campaña",
        "id de la campaña",
        "kampagnen-id",
        "id de campagne",
    ),
    "day": ("day", "date", "dia", "día", "tag", "jour"),
    "starts": _STARTS,
    "ends": _ENDS,
    "spend": _SPEND,
    "impressions": ("impressions", "impressões", "impresiones", "impressionen"),
    "clicks": _LINK_CLICKS + _ALL_CLICKS,
    "currency": ("currency", "moeda", "divisa", "moneda", "währung", "devise"),
    "results": ("results", "resultados", "ergebnisse", "résultats"),
    "result_kind": ("result type", *_INDICATOR, "tipo de resultado", "ergebnistyp"),
}
_CAMPAIGN_ONLY: Aliases = {
    "budget": ("campaign budget", "ad set budget", "orçamento da campanha"),
    "budget_type": ("campaign budget type", "ad set budget type"),
    "run_starts": ("starts", "start date", "início"),
    "run_ends": ("ends", "end date", "término"),
}
_DELIVERED = ("delivery status", "status de veiculação", "estado de la entrega")
# Saves of an ad's post are not saves of the music, so they keep a name of their own.
_KINDS: Aliases = {
    "purchases": ("purchases", "compras", "käufe", "achats"),
    "landing page views": (
        "landing page views",
        "visualizações da página de destino",
        "visitas a la página de destino",
        "landingpage-aufrufe",
        "vues de page de destination",
    ),
    "saves": ("saves",),
    "post saves": ("post saves",),
    "follows": ("follows",),
}
# What only Meta's headers say: any one of them makes it Meta's.
_OWN = frozenset(
    _SPEND
    + _STARTS
    + _ENDS
    + _DELIVERY
    + _LEVEL
    + ("result indicator", "meta accounts reached", "accounts center accounts reached")
)
_ENGLISH = frozenset({"amount spent", "reporting starts", "reporting ends", "campaign name"})
_PERIODS = budget_periods(
    daily="daily,diário,diario,täglich,quotidien",
    total="lifetime,campaign total,vitalício,total,laufzeit,durée de vie",
)
_CAMPAIGN_LEVEL = frozenset({"campaign", "campanha", "campaña", "kampagne", "campagne"})

STATUSES = statuses(
    active="active,ativo,ativa,ativada,activo,activa,aktiv,actif,active",
    paused="inactive,paused,off,inativo,inativa,desativada,pausada,inactivo,inactiva,inaktiv,"
    "inactif,désactivée",
    archived="archived,deleted,arquivado,arquivada,excluída,archivado,archivada,eliminada,"
    "archiviert,gelöscht,archivée,supprimée",
    ended="completed,recently completed,ended,finished,concluído,concluída,recém-concluída,"
    "completado,completada,abgeschlossen,terminée",
    issue="not delivering,rejected,with issues,error,disapproved,sem veiculação,não veiculando,"
    "rejeitada,con errores,erro,no se entrega,rechazada,mit problemen,abgelehnt",
    under_review="in review,pending review,under review,em análise,en revisión,in überprüfung,"
    "en cours d'examen",
    deploying="scheduled,in draft,draft,processing,in process,preparing,programada,agendada,"
    "rascunho,em processamento,geplant,entwurf,programmée,brouillon",
)
"""Delivery words of the exports → status, after platforms.md section 5.

An export cannot say “right now”, so nothing becomes Serving. “not delivering” is on and yet
not running, for a reason that the file does not give: an Issue, with Meta's word beside it.
"""

_INDICATORS = {
    "reach": "reach",
    "impressions": "impressions",
    "actions:lead": "leads",
    "actions:link_click": "link clicks",
    "actions:landing_page_view": "landing page views",
    "actions:omni_landing_page_view": "landing page views",
    "actions:post_engagement": "post engagements",
    "actions:video_view": "video views",
    "actions:like": "page likes",
    "actions:onsite_conversion.post_save": "post saves",
    "actions:onsite_conversion.messaging_conversation_started_7d": (
        "messaging conversations started"
    ),
    "actions:offsite_conversion.fb_pixel_purchase": "website purchases",
    "actions:offsite_conversion.fb_pixel_lead": "website leads",
    "actions:offsite_conversion.fb_pixel_view_content": "website content views",
    "actions:offsite_conversion.fb_pixel_add_to_cart": "website adds to cart",
    "actions:offsite_conversion.fb_pixel_complete_registration": "website registrations completed",
    "actions:omni_purchase": "purchases",
    "profile_visit_view": "instagram profile visits",
    "video_thruplay_watched_actions": "thruplays",
    "estimated_ad_recallers": "estimated ad recall lift (people)",
}
_MACHINE = re.compile(
    r"^(?:actions|conversions|unique_actions)?:?(?:offsite_conversion\.|onsite_conversion\.)?"
    r"(?:fb_pixel_)?(?P<what>.+?)(?:_[0-9]+d)?$"
)
_NO_KIND = frozenset({"mixed", "multiple", "multiple conversions", "misto", "varios", "gemischt"})

_GRAND_TOTAL = Aside(
    "the file's grand total, which is never counted", total="Grand total", is_of_listed_rows=True
)


class Meta:
    """Meta's exports."""

    platform = Platform.META

    def recognise(self, head: Head) -> Layout | None:
        """Return the layout of a Meta export; None for anything else.

        Raises `ExportRefused` for two currencies, or for a file without campaigns.
        """
        header = head.header
        if not captions.known(header, _OWN):
            return None
        columns, repeated = captions.find_all(header, ALIASES)
        if "campaign" not in columns:
            raise ExportRefused(
                "This Meta export has no column with the campaign's name.",
                expected="the column “Campaign name”; add it in the export's columns",
                found="the columns " + listed(header),
            )
        is_table = bool(captions.find(header, _DELIVERY + _INDICATOR))
        names = set(map(plain, header))
        is_campaigns_own = not names & set(_NAMES_BELOW)
        if is_campaigns_own:
            more, twice = captions.find_all(header, _CAMPAIGN_ONLY)
            columns, repeated = columns | more, repeated | twice
        kinds, _ = captions.find_all(header, _KINDS)
        return Layout(
            platform=Platform.META,
            form="Meta Ads Manager table" if is_table else "Meta Ads Reporting export",
            head=head,
            columns=columns,
            repeated=repeated,
            kinds=kinds,
            currency=_currency(header),
            likely_mark=_likely_mark(head),
            standing_columns=_standing_columns(header, is_campaigns_own=is_campaigns_own),
            budget_periods=_PERIODS,
            notes=_notes(header, columns, kinds),
            aside=_aside(columns, header),
            standing=_standing,
            kind=result_kind,
        )


def _currency(header: tuple[str, ...]) -> str | None:
    """Return the currency of the captions. Raises `ExportRefused` for two of them."""
    codes = dict.fromkeys(
        code for caption in header if (code := split_currency(caption)[1]) is not None
    )
    if len(codes) > 1:
        raise ExportRefused(
            "The captions name mixed currencies: money of two currencies is never added up.",
            expected="one currency throughout",
            found=" and ".join(codes),
        )
    return next(iter(codes), None)


def _likely_mark(head: Head) -> DecimalMark | None:
    """Return how an English export writes decimals; a spreadsheet's semicolons leave it open."""
    is_english = captions.known(head.header, _ENGLISH) > 0
    return "." if is_english and head.delimiter != ";" else None


def _standing_columns(header: tuple[str, ...], *, is_campaigns_own: bool) -> tuple[int, ...]:
    """Return the columns of level and delivery; none where they speak of an ad or ad set."""
    delivery = captions.find(header, _DELIVERY)
    if delivery:
        return (delivery[0], delivery[0])
    level, delivered = captions.find(header, _LEVEL), captions.find(header, _DELIVERED)
    return (level[0], delivered[0]) if level and delivered and is_campaigns_own else ()


def _standing(words: tuple[str, ...]) -> Standing:
    """Return how a campaign stands. Raises `UnknownWord` for a word that no table knows."""
    if not words:
        return Standing()
    level, word = words
    if not is_said(word) or (level != word and normalised(level) not in _CAMPAIGN_LEVEL):
        return Standing()
    status = STATUSES.get(status_word(word)) if len(word) <= LONGEST_WORD else None
    if status is None:
        raise UnknownWord(f"“{shortened(word)}” is not a delivery status known here")
    return Standing(status=status, platform_status=word.strip())


def _notes(
    header: tuple[str, ...], columns: dict[str, int], kinds: dict[str, int]
) -> tuple[str, ...]:
    notes = []
    if "clicks" in columns:
        is_of_links = plain(header[columns["clicks"]]) in _LINK_CLICKS
        notes.append(
            "Clicks are Meta's link clicks."
            if is_of_links
            else "Clicks are all clicks on the ad: the file has no column of link clicks."
        )
    if "results" not in columns and SAVES not in kinds:
        notes.append(
            "The file has no column “Results” and none of saves: a campaign whose result no export "
            "has named counts as bought for saves, and how many there are stays unknown."
        )
    return tuple(notes)


def _aside(columns: dict[str, int], header: tuple[str, ...]) -> Callable[[Row], Aside | None]:
    """Return what tells the grand total: a row whose dimensions are all blank."""
    names = {"ad set name", "ad name", "delivery status", "delivery level", "campaign delivery"}
    blank = {columns[name] for name in ("campaign", "day", "campaign_id") if name in columns}
    if "day" not in columns:
        blank |= {index for index, caption in enumerate(header) if plain(caption) in names}
    first, *others = sorted(blank, key=lambda index: index != columns["campaign"])

    def aside(row: Row) -> Aside | None:
        if row[first].strip() or any(row[index].strip() for index in others):
            return None
        return _GRAND_TOTAL

    return aside


@lru_cache(maxsize=1024)
def result_kind(words: str) -> str | None:
    """Return a readable kind: “Website purchases” or “actions:lead”; None for none or several."""
    text = normalised(words)
    if not is_said(text) or text in _NO_KIND:
        return None
    if text in _INDICATORS:
        return _INDICATORS[text]
    if ":" not in text and "_" not in text:
        return unified(text)
    found = _MACHINE.match(text)
    return found["what"].replace("_", " ").replace(".", " ").strip() if found else text
