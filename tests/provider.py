"""A real OIDC provider on loopback, and people who go through its form as a browser does."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import httpx
import oidc_provider_mock
from joserfc import jwt
from joserfc.jwk import OctKey

from tests.standin import COOKIE_SECRET

DOMAINS = {
    "alice": "label.example",
    "bob": "label.example",
    "dora": "label.example",
    "erin": "label.example",
    "frank": "label.example",
    "grace": "label.example",
    "heidi": "label.example",
    "ivan": "label.example",
    "judy": "label.example",
    "charlie": "elsewhere.example",
}


@contextmanager
def provider() -> Iterator[str]:
    """Yield the address of a provider that knows people of the label, and Charlie, an outsider."""
    people = [
        oidc_provider_mock.User(
            sub=name, claims={"email": f"{name}@{domain}", "email_verified": True}
        )
        for name, domain in DOMAINS.items()
    ]
    with oidc_provider_mock.run_server_in_thread(user_claims=people) as server:
        yield f"http://localhost:{server.server_port}"


@contextmanager
def signed_in(url: str, name: str) -> Iterator[httpx.Client]:
    """Yield a client that carries the cookies of a person who signed in."""
    ticket = jwt.encode(
        {"alg": "HS256"},
        {"provider": "default", "exp": int(datetime.now(UTC).timestamp()) + 60},
        OctKey.import_key(COOKIE_SECRET),
    )
    with httpx.Client(timeout=20) as client:
        form = client.get(f"{url}/auth/login", params={"provider": ticket})
        back = client.post(form.headers["location"], data={"sub": name})
        home = client.get(back.headers["location"])
        assert (form.status_code, back.status_code, home.status_code) == (302, 302, 302)
        yield client
