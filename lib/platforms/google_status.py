"""How a Google campaign stands: three columns of words, read together into one status."""

import re
from collections.abc import Mapping

from lib.domain.status import Status
from lib.platforms.dates import bare
from lib.platforms.layout import LONGEST_WORD, Standing, UnknownWord, is_said, status_word, statuses
from lib.platforms.shapes import shortened

STATES = statuses(
    active="enabled,active,ativada,ativa,ativado,habilitada,activa,aktiviert,aktiv,activée,active",
    paused="paused,pausada,pausado,en pausa,detenida,pausiert,suspendue,en veille,mise en veille",
    archived="removed,removida,removido,quitada,eliminada,entfernt,supprimée",
    ended="ended,encerrada,finalizada,beendet,terminée",
    deploying="draft,pending,rascunho,pendente,borrador,pendiente,entwurf,ausstehend,brouillon,"
    "en attente",
)
"""Google's campaign status → status, after platforms.md section 5; `SERVING` refines it."""

SERVING = statuses(
    active="eligible,limited,learning,qualificada,qualificado,apta,limitada,aprendizado,"
    "em aprendizado,aprendizaje,en aprendizaje,geeignet,aktiv,eingeschränkt,lernphase,éligible,"
    "limitée,apprentissage,eligible for limited,limited by budget,limited by bid,"
    "limited by bid strategy,limited by policy,limited by search volume,"
    "bid strategy learning,bid strategy limited,bidding strategy learning,"
    "bidding strategy limited,limitada pelo orçamento,limitado pelo orçamento,"
    "limitada por orçamento,limitado por orçamento,estratégia de lances em aprendizado,"
    "aprendizado da estratégia de lances,estratégia de lances limitada,"
    "limitada por el presupuesto,limitado por el presupuesto,limitada por presupuesto,"
    "durch budget eingeschränkt,durch das budget eingeschränkt,limitée par le budget",
    paused="paused,pausada,pausado,en pausa,pausiert,suspendue,en veille,mise en veille,"
    "campaign paused,campanha pausada",
    archived="removed,removida,removido,quitada,eliminada,entfernt,supprimée,campaign removed,"
    "campanha removida",
    ended="ended,encerrada,finalizada,beendet,terminée,campaign ended,campanha encerrada",
    issue="not eligible,misconfigured,bid strategy misconfigured,bidding strategy misconfigured,"
    "suspended,account suspended,não qualificada,não qualificado,no apta,"
    "nicht geeignet,non éligible,suspensa,suspendida,gesperrt",
    under_review="under review,in review,em análise,en revisión,wird überprüft,en cours d'examen",
    deploying="pending,draft,pendente,rascunho,pendiente,borrador,ausstehend,entwurf,en attente,"
    "brouillon",
)
"""Google's “Status” without its bracket → status; “Eligible (Learning)” counts as eligible."""

_LONGEST_REASONS = 2_000
_PAUSED = re.compile(r"\b(?:paus|pausiert|en veille)")
_BROKEN = re.compile(r"suspend|misconfigur|suspens|gesperrt")
_DISAPPROVED = re.compile(r"disapproved|reprovad|rechazad|abgelehnt|refuse")
_IN_REVIEW = re.compile(r"under review|em analise|en revision")
_SOME = ("some ", "few ", "alguns ", "algumas ", "algunos ", "algunas ", "einige ", "certain")


def standing(*, state: str, serving: str, reasons: str) -> Standing:
    """Return how a campaign stands. Raises `UnknownWord` for a word that no table knows.

    First match wins: removed, ended, paused by a person, not able to run, then what the
    serving status says. A paused campaign with disapproved ads is paused.
    """
    if len(reasons) > _LONGEST_REASONS:
        raise UnknownWord(f"the status reasons “{shortened(reasons)}” are too long to be any")
    parts = [bare(part) for part in reasons.split(";") if is_said(part)]
    parts = [part for part in parts if part != "unknown"]
    switched = _looked_up(state, STATES, "campaign status")
    shown = _looked_up(_without_bracket(serving), SERVING, "status")
    return Standing(
        status=_status(switched, shown, parts),
        platform_status=_word(state),
        serving_status=_word(serving),
        note=_word(reasons),
    )


def _status(switched: Status | None, shown: Status | None, reasons: list[str]) -> Status | None:
    said = (switched, shown)
    for decisive in (Status.ARCHIVED, Status.ENDED, Status.PAUSED):
        if decisive in said:
            return decisive
    if shown is Status.ISSUE:
        # Ad groups or ads that a person paused are a wish, and no failure.
        if reasons and all(_PAUSED.search(reason) for reason in reasons):
            return Status.PAUSED
        if reasons and all(_IN_REVIEW.search(reason) for reason in reasons):
            return Status.UNDER_REVIEW
        return Status.ISSUE
    if any(map(_is_broken, reasons)):
        return Status.ISSUE
    return shown or switched


def _is_broken(reason: str) -> bool:
    """Say whether a reason stops the campaign; some disapproved ads among others do not."""
    if _BROKEN.search(reason):
        return True
    return bool(_DISAPPROVED.search(reason)) and not reason.startswith(_SOME)


def _looked_up(word: str, table: Mapping[str, Status], column: str) -> Status | None:
    if not is_said(word):
        return None
    status = table.get(status_word(word)) if len(word) <= LONGEST_WORD else None
    if status is None:
        raise UnknownWord(f"“{shortened(word)}” is not a {column} of Google known here")
    return status


def _without_bracket(word: str) -> str:
    """Return “Eligible (Learning)” as “Eligible”."""
    text = word.strip()
    return text.partition("(")[0] if text.endswith(")") else text


def _word(cell: str) -> str | None:
    return cell.strip() if is_said(cell) else None
