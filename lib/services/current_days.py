"""The days as they currently stand: what is folded, overlaid by imports that are switched over.

An import's days count from its switch on, and are folded into `daily_result` and
`daily_kind_result` afterwards. Whoever reads current days reads these selectables and never
the two tables, so that the figures are the same before, during and after the fold. Where
nothing waits to be folded, which is nearly always, they are the plain tables.

Ask and read in one snapshot: within `lib.db.engine.reading`, or with the artist locked.
"""

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    Table,
    and_,
    delete,
    exists,
    func,
    select,
    union_all,
)

from lib.db.tables import (
    campaign,
    daily_kind_result,
    daily_result,
    staged_campaign,
    staged_day,
    staged_import,
    staged_kind_result,
)

IS_ANY_STAGED = exists(select(staged_campaign.c.position)).label("is_any_staged")
"""Whether anything waits to be folded: a column for a statement of the same snapshot."""
_ASKED = select(IS_ANY_STAGED)


def current_days(
    db: Connection,
    chosen: ColumnElement[bool] | None = None,
    *,
    is_any_staged: bool | None = None,
) -> tuple[FromClause, FromClause]:
    """Return what has the columns of `daily_result`, and of `daily_kind_result`: both current.

    `chosen` is a condition on `campaign`; where it is given, days of other campaigns may be
    left out, which spares time while an import is being folded. `is_any_staged` is for who has
    read `IS_ANY_STAGED` already.
    """
    if is_any_staged is None:
        is_any_staged = bool(db.execute(_ASKED).scalar_one())
    # Nothing is but for the seconds of a fold, so this comes first: it costs nothing.
    if not is_any_staged or not _is_staged(db, chosen):
        return daily_result, daily_kind_result
    return _overlaid_days(chosen), _overlaid_kind_days(chosen)


def days_selectable(db: Connection, chosen: ColumnElement[bool] | None = None) -> FromClause:
    """Return the first of `current_days`, for who reads no results by kind."""
    return current_days(db, chosen)[0]


def _overlaid_days(chosen: ColumnElement[bool] | None) -> FromClause:
    folded = _of(select(*daily_result.c), daily_result, chosen).where(
        ~exists()
        .where(
            staged_campaign.c.campaign_id == daily_result.c.campaign_id,
            _same_position(staged_day),
            staged_day.c.day == daily_result.c.day,
            staged_day.c.is_current,
        )
        .correlate(daily_result)
    )
    staged = _of(
        select(
            staged_campaign.c.campaign_id,
            staged_day.c.day,
            staged_day.c.current_spend_micros,
            staged_day.c.current_impressions,
            staged_day.c.current_clicks,
            func.coalesce(staged_day.c.current_import_id, staged_import.c.import_id),
            func.coalesce(staged_day.c.current_observed_on, staged_import.c.observed_on),
        )
        .join_from(staged_campaign, staged_day, _same_position(staged_day))
        .join(staged_import, staged_import.c.id == staged_campaign.c.staged_id),
        staged_campaign,
        chosen,
    ).where(staged_day.c.is_current)
    return union_all(folded, staged).subquery("current_day")


def _overlaid_kind_days(chosen: ColumnElement[bool] | None) -> FromClause:
    folded = _of(select(*daily_kind_result.c), daily_kind_result, chosen).where(
        ~exists()
        .where(
            staged_campaign.c.campaign_id == daily_kind_result.c.campaign_id,
            _same_position(staged_kind_result),
            staged_kind_result.c.day == daily_kind_result.c.day,
            staged_kind_result.c.kind == daily_kind_result.c.kind,
        )
        .correlate(daily_kind_result)
    )
    staged = _of(
        select(
            staged_campaign.c.campaign_id,
            staged_kind_result.c.day,
            staged_kind_result.c.kind,
            staged_kind_result.c.results_micros,
        ).join_from(staged_campaign, staged_kind_result, _same_position(staged_kind_result)),
        staged_campaign,
        chosen,
    )
    return union_all(folded, staged).subquery("current_kind_day")


def forget_staged(db: Connection, artist_ids: Select[int]) -> None:
    """Remove what is switched over and not yet folded of these artists.

    For a label that goes as a whole: what it has staged would never find its campaigns.
    """
    # Locked, so that a fold that is under way ends first.
    found = select(staged_import.c.id).where(staged_import.c.artist_id.in_(artist_ids))
    numbers = list(db.execute(found.with_for_update()).scalars())
    for table in (staged_day, staged_kind_result, staged_campaign):
        db.execute(delete(table).where(table.c.staged_id.in_(numbers)))
    db.execute(delete(staged_import).where(staged_import.c.id.in_(numbers)))


def _is_staged(db: Connection, chosen: ColumnElement[bool] | None) -> bool:
    if chosen is None:
        return True
    query = (
        select(staged_campaign.c.position)
        .join(campaign, campaign.c.id == staged_campaign.c.campaign_id)
        .where(chosen)
    )
    return db.execute(query.limit(1)).first() is not None


def _same_position(table: Table) -> ColumnElement[bool]:
    return and_(
        table.c.staged_id == staged_campaign.c.staged_id,
        table.c.position == staged_campaign.c.position,
    )


def _of(
    query: Select[tuple[object, ...]], table: Table, chosen: ColumnElement[bool] | None
) -> Select[tuple[object, ...]]:
    if chosen is None:
        return query
    return query.join(campaign, campaign.c.id == table.c.campaign_id).where(chosen)
