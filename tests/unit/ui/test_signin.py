"""Who a sign-in is taken for: every claim that is missing, odd or too old is refused."""

from datetime import UTC, datetime, timedelta

import pytest

from lib.settings import load_settings
from lib.ui.signin import SignedOut, identified
from tests.standin import sign_in_secrets

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
AT = int(NOW.timestamp())
CLAIMS = {
    "iss": "https://provider.example",
    "sub": "17",
    "email": "Bob@label.example",
    "email_verified": True,
    "iat": AT - 60,
    "auth_time": AT - 3600,
    "name": " Bob ",
}


@pytest.fixture
def told(tmp_path):
    secrets = tmp_path / "secrets.toml"
    address = "https://provider.example"
    secrets.write_text(
        sign_in_secrets(port=1, provider=address, domain="label.example", admin="boss@x.example")
    )
    return load_settings({"SECRETS_FILE": str(secrets)})


def test_a_person_is_the_providers_key_and_the_sign_in_ends_by_when_they_proved_who_they_are(told):
    found = identified(CLAIMS, settings=told, now=NOW)
    assert (found.iss, found.sub) == ("https://provider.example", "17")
    assert (found.email, found.name) == ("bob@label.example", "Bob")
    assert found.signed_in_at == NOW - timedelta(minutes=1)
    assert found.ends_at == NOW + timedelta(hours=11)
    assert not found.is_listed_admin


def test_a_listed_admin_comes_in_and_is_known_as_one(told):
    found = identified(CLAIMS | {"email": "BOSS@x.example"}, settings=told, now=NOW)
    assert found.is_listed_admin


@pytest.mark.parametrize(
    "odd",
    [
        {"iss": None},
        {"iss": ""},
        {"iss": "x" * 501},
        {"sub": 17},
        {"sub": ""},
        {"sub": "x" * 256},
        {"email": "x" * 200 + "@label.example"},
        {"email": "bob@other.example"},
        {"email_verified": "true"},
        {"iat": None, "auth_time": None},
        {"iat": "yesterday", "auth_time": True},
        {"iat": float("nan"), "auth_time": None},
        {"iat": 1e300, "auth_time": None},
        {"auth_time": AT - 12 * 3600},
        {"auth_time": AT + 120},
        {"iat": AT + 120},
    ],
)
def test_whoever_is_not_clearly_somebody_admitted_by_now_is_out(told, odd):
    with pytest.raises(SignedOut):
        identified(CLAIMS | odd, settings=told, now=NOW)


@pytest.mark.parametrize("name", [None, "", "   ", 17, ["Bob"]])
def test_a_name_is_nothing_that_one_has_to_have(told, name):
    assert identified(CLAIMS | {"name": name}, settings=told, now=NOW).name is None


def test_a_long_name_is_cut(told):
    assert len(identified(CLAIMS | {"name": "x" * 900}, settings=told, now=NOW).name or "") == 200
