"""Who a request's cookies say it comes from, read as Streamlit signs them."""

import json
from collections.abc import Mapping
from typing import Any

from streamlit.auth_util import get_cookie_with_chunks
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from lib.settings import Settings


def signed_claims(cookies: Mapping[str, str], *, settings: Settings) -> dict[str, Any] | None:
    """Return the ID-token claims in the cookies, whether or not the person may come in.

    The cookie must be signed with our secret, at most `session_hours` old and made for our own
    address; else None. Streamlit itself accepts 31 days.
    """
    if settings.auth is None:
        return None
    secret = settings.auth.cookie_secret.get_secret_value()

    def read(name: str) -> bytes | None:
        value = cookies.get(name, "")
        return decode_signed_value(secret, name, value, max_age_days=settings.session_hours / 24)

    payload = get_cookie_with_chunks(read, USER_COOKIE_NAME)
    try:
        claims = json.loads(payload) if payload else None
    except ValueError:
        return None
    if not isinstance(claims, dict) or claims.get("is_logged_in") is not True:
        return None
    return claims if claims.get("origin") == settings.auth.origin else None


def signed_in_claims(cookies: Mapping[str, str], *, settings: Settings) -> dict[str, Any] | None:
    """Return the ID-token claims of the person whose cookies these are, None to refuse."""
    claims = signed_claims(cookies, settings=settings)
    return claims if claims is not None and settings.access.admits(claims) else None
