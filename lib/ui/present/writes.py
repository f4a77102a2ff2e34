"""The writes of the page Present, called from a button's `on_click`: links, costs, titles."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import streamlit as st

from lib.db.engine import DatabaseUnreachable
from lib.domain.presentation import Period
from lib.domain.records import Artist, Campaign
from lib.services import cost_sharing
from lib.services.access import NotAllowed
from lib.services.billing import ArtistNotFound
from lib.services.describing import describe_campaign
from lib.services.recording import CampaignNotFound
from lib.services.sharing import links
from lib.services.sharing.links import LinkNotFound
from lib.services.transactions import ChangeRefused
from lib.settings import settings
from lib.ui import clock, notices, reads, signin

_MADE, _UNSAVED = "share-just-made", "titles-unsaved"
_REFUSALS = (
    ArtistNotFound,
    CampaignNotFound,
    ChangeRefused,
    DatabaseUnreachable,
    LinkNotFound,
    NotAllowed,
    signin.SignedOut,
)


@dataclass(frozen=True)
class Titled:
    """A campaign with what it was said to promote, and the field that may say otherwise."""

    campaign_id: int
    promotes: str | None
    key: str


def make(one: Artist, *, ends: timedelta, period: Period | None, request_id: str) -> None:
    """Make a link, and keep its address for the page that is drawn next."""

    def work() -> str:
        now = clock.now()
        made = links.make_link(
            reads.engine(),
            one.id,
            expires_at=now + ends,
            period=period,
            key=settings().share_key,
            actor=signin.actor(),
            request_id=request_id,
            now=now,
        )
        # Pressed twice, the second answer knows no token: the first one's stays.
        if made.token is not None:
            st.session_state[_MADE] = (one.id, made.link_id, made.token)
        return f"A link for {one.name} is ready."

    _tell(work)


def just_made(one: Artist) -> str | None:
    """Return the token of the artist's link that was just made, while it is being looked at."""
    artist_id, _, token = st.session_state.get(_MADE, (None, None, None))
    return token if artist_id == one.id else None


def revoke(link_id: int) -> None:
    """End a link at once."""

    def work() -> str:
        links.revoke_link(reads.engine(), link_id, actor=signin.actor(), now=clock.now())
        if st.session_state.get(_MADE, (None, None))[1] == link_id:
            del st.session_state[_MADE]
        return "The link has ended: whoever opens it is told so."

    _tell(work)


def set_costs(one: Artist, to: bool, seen: bool, request_id: str) -> None:
    """Set whether the artist is shown costs, from what the person saw."""

    def work() -> str:
        cost_sharing.set_cost_sharing(
            reads.engine(),
            one.id,
            to,
            seen=seen,
            actor=signin.actor(),
            request_id=request_id,
            now=clock.now(),
        )
        return f"What it cost is {'' if to else 'no longer '}shown to {one.name}."

    _tell(work)


def set_titles(titled: Sequence[Titled]) -> None:
    """Record what the fields say otherwise than what was seen, each campaign by itself.

    What could not be saved stays in its field. Nothing of Streamlit is called between the first
    and the last: a second click would abort the code there.
    """
    typed = {one: str(st.session_state.get(one.key) or "") for one in titled}
    changed = {one: words for one, words in typed.items() if words != (one.promotes or "")}
    saved, refused, unsaved = 0, list[str](), dict(changed)
    try:
        engine, actor, now = reads.engine(), signin.actor(), clock.now()
        for one, words in changed.items():
            try:
                saved += describe_campaign(
                    engine,
                    one.campaign_id,
                    words,
                    seen=one.promotes,
                    actor=actor,
                    request_id=secrets.token_hex(16),
                    now=now,
                ).is_changed
                del unsaved[one]
            except (CampaignNotFound, ChangeRefused) as refusal:
                refused.append(str(refusal))
    except _REFUSALS as fault:  # It would meet the others as well.
        refused.append(str(fault))
    here = {one.campaign_id for one in titled}
    elsewhere = {of: words for of, words in _unsaved().items() if of not in here}
    mine = {one.campaign_id: words for one, words in unsaved.items()}
    st.session_state[_UNSAVED] = elsewhere | mine
    for reason in refused:
        notices.tell_refused(
            reason, title="Not every title was saved" if saved else "Nothing was changed"
        )
    if saved or not refused:
        notices.tell_done(_saved(saved))


def _saved(titles: int) -> str:
    if not titles:
        return "No title was changed."
    return f"Saved {titles} title{'' if titles == 1 else 's'}."


def words_of(one: Campaign) -> str:
    """Return what the field of a campaign begins with: what could not be saved, or what stands."""
    return _unsaved().get(one.id, one.promotes or "")


def _unsaved() -> dict[int, str]:
    kept: dict[int, str] = st.session_state.get(_UNSAVED, {})
    return kept


def forget_unsaved_titles() -> None:
    """Forget what could not be saved: nobody looks at its fields any more."""
    st.session_state.pop(_UNSAVED, None)


def _tell(work: Callable[[], str]) -> None:
    try:
        notices.tell_done(work())
    except _REFUSALS as refusal:
        notices.tell_refused(str(refusal))
