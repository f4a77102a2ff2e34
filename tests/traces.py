"""The names that the database holds: what somebody who may not see them must never receive."""

from sqlalchemy import Engine, select, true

from lib.db.engine import reading
from lib.db.tables import artist, campaign, history, import_run, organization, person
from lib.domain.records import Platform

_SHORTEST = 8
# A word that is a part of the product's own texts proves nothing.
_WORDS = {"Campaign Desk", *(platform.label for platform in Platform)}


def traces(engine: Engine, *, besides: int | None = None) -> list[str]:
    """Return every name that belongs to other artists than `besides`, and to that one not too.

    Without one, of all of them, and of the labels and the people.
    """
    with reading(engine) as db:

        def names(is_own: bool) -> set[str]:
            def chosen(column):
                if besides is None:
                    return true()
                return column == besides if is_own else column != besides

            queries = [
                select(artist.c.name).where(chosen(artist.c.id)),
                select(campaign.c.name).where(chosen(campaign.c.artist_id)),
                select(campaign.c.promotes).where(chosen(campaign.c.artist_id)),
                select(campaign.c.external_id).where(chosen(campaign.c.artist_id)),
                select(history.c.actor).where(chosen(history.c.artist_id)),
                select(import_run.c.file_name).where(chosen(import_run.c.artist_id)),
            ]
            if besides is None:
                queries += [select(organization.c.name), select(person.c.email)]
            return {str(word) for query in queries for word in db.execute(query).scalars() if word}

        found = names(False) - (names(True) if besides is not None else set()) - _WORDS
    return [word for word in found if len(word) >= _SHORTEST]
