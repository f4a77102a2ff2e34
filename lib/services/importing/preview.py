"""What an import would do, as a person sees it before it is made."""

import hashlib
from collections import defaultdict
from dataclasses import replace

from sqlalchemy import RowMapping

from lib.platforms import ExportFile
from lib.services.importing.plan import Plan, changes_in_words
from lib.services.importing.shapes import CampaignPreview, DayState, ImportPreview
from lib.services.importing.status import PlannedCampaign


def preview_of(
    plan: Plan,
    file: ExportFile,
    earlier: RowMapping | None,
    *,
    artist_name: str,
    file_name: str,
) -> ImportPreview:
    """Return what a person sees before the import: what the plan would do."""
    count = plan.count()
    preview = ImportPreview(
        artist=artist_name.strip(),
        is_artist_new=plan.basis.artist_id is None,
        file_name=file_name,
        sha256=file.sha256,
        platform=file.platform,
        form=file.form,
        encoding=file.encoding,
        delimiter=file.delimiter,
        decimal_mark=file.decimal_mark,
        grain=file.grain,
        currency=file.currency,
        starts_on=file.starts_on,
        ends_on=file.ends_on,
        observed_on=plan.observed_on,
        is_repeat=earlier is not None,
        imported_before=f"{earlier['at']:%d %b %Y %H:%M} UTC by {earlier['actor']}"
        if earlier
        else "",
        campaigns=tuple(_campaign_preview(one, file) for one in plan.campaigns),
        days={state: count[state] for state in DayState},
        left_out=tuple((row.line, row.reason) for row in file.left_out),
        unreadable=tuple((row.line, row.reason) for row in file.unreadable),
        unreadable_count=file.unreadable_count,
        spend_by_currency=_spend(plan, file),
        file_total_micros=file.file_total_micros,
        notes=file.notes,
        warnings=plan.warnings,
        fingerprint="",
    )
    return replace(preview, fingerprint=_fingerprint(preview))


def _campaign_preview(one: PlannedCampaign, file: ExportFile) -> CampaignPreview:
    words = (one.export.platform_status, one.export.serving_status, one.export.platform_note)
    return CampaignPreview(
        name=one.export.name,
        is_new=one.known is None,
        renamed_from=one.renamed_from,
        status=one.status,
        is_status_inferred=one.is_status_inferred,
        status_words=" · ".join(word for word in words if word),
        campaign_type=one.campaign_type,
        headline_kind=one.headline_kind,
        currency=one.export.currency or file.currency or "",
        days={state: one.states[state] for state in DayState},
        changes=changes_in_words(one),
    )


def _spend(plan: Plan, file: ExportFile) -> dict[str, int]:
    spent: dict[str, int] = defaultdict(int)
    for one in plan.campaigns:
        currency = one.export.currency or file.currency or ""
        spent[currency] += sum(day.spend_micros or 0 for day in one.brought)
    named = {one.key: one.currency for one in file.campaigns}
    for key, micros in file.period_spend:
        spent[named.get(key) or file.currency or ""] += micros or 0
    return {currency: micros for currency, micros in spent.items() if currency}


def _fingerprint(preview: ImportPreview) -> str:
    """Return what changes whenever the import would do something else."""
    said = replace(preview, file_name="", fingerprint="", is_repeat=False, imported_before="")
    return hashlib.sha256(repr(said).encode()).hexdigest()


def counts_of(preview: ImportPreview, file: ExportFile) -> dict[str, int]:
    """Return what the import's record counts."""
    return {
        "campaigns_new": preview.new_campaigns,
        "campaigns_known": preview.known_campaigns,
        "campaigns_renamed": len(preview.renames),
        **{f"days_{state}": number for state, number in preview.days.items()},
        "rows_left_out": len(file.left_out),
        "rows_unreadable": file.unreadable_count,
    }
