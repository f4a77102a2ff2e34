"""The environment and the secrets file: what is taken, what is refused and with which words."""

import tomllib
from pathlib import Path

import pytest

from lib.settings import (
    EXAMPLE_BILLING_SECRET,
    EXAMPLE_COOKIE_SECRET,
    ROOT,
    Access,
    SettingsRefused,
    environment_names,
    load_settings,
    refuse_open_doors,
    streamlit_command,
)

SECRET = "s3cret-" * 6
AUTH = f"""
[auth]
redirect_uri = "https://desk.label.example/oauth2callback"
cookie_secret = "{SECRET}"
client_id = "campaign-desk"
"""
ACCESS = """
[access]
domains = ["Label.example"]
emails = ["Bob@partner.example"]
"""


def write(folder: Path, content: str) -> dict[str, str]:
    file = folder / "secrets.toml"
    file.write_text(content)
    return {"SECRETS_FILE": str(file)}


@pytest.fixture
def nothing(tmp_path):
    """An environment with an empty secrets file, so that the developer's own is not read."""
    return write(tmp_path, "")


def test_without_any_variable_the_desk_serves_one_person_on_loopback(nothing):
    told = load_settings(nothing)
    assert told.database_url == f"sqlite:///{ROOT / 'data' / 'campaign-desk.sqlite'}"
    assert (told.host, told.port) == ("127.0.0.1", 8501)
    assert (told.max_upload_mb, told.max_import_mb, told.session_hours) == (20, 200, 12)
    assert told.demo
    assert told.default_zone == "UTC"
    assert told.actor
    assert not told.is_sign_in_required


def test_an_empty_variable_counts_as_absent(nothing):
    assert load_settings({**nothing, "PORT": "", "DATABASE_URL": " "}).port == 8501


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_way_to_write_postgresql_becomes_the_one_driver(nothing, scheme):
    told = load_settings({**nothing, "DATABASE_URL": f"{scheme}://u:p@db.example:5433/desk"})
    assert told.database_url == "postgresql+psycopg://u:p@db.example:5433/desk"
    assert told.database_label == "PostgreSQL desk on db.example"


@pytest.mark.parametrize(
    "url",
    [
        "mysql://u:hunter2@h/d",
        "postgresql+psycopg2://u:hunter2@h/d",
        "sqlite://",
        "sqlite:///:memory:",
        "x",
    ],
)
def test_any_other_database_is_refused_without_repeating_it(nothing, url):
    with pytest.raises(SettingsRefused, match=r"DATABASE_URL: must be sqlite") as refusal:
        load_settings({**nothing, "DATABASE_URL": url})
    assert "hunter2" not in str(refusal.value)


def test_a_password_is_in_no_representation(tmp_path):
    secrets = write(tmp_path, AUTH + ACCESS)
    told = load_settings({**secrets, "DATABASE_URL": "postgresql://u:hunter2@h/d"})
    for text in (repr(told), str(told), told.database_label):
        assert "hunter2" not in text
        assert SECRET not in text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"),
        ("PORT", "http"),
        ("DESK_ZONE", "Mars/Olympus"),
        ("DESK_ZONE", "../etc/passwd"),
        ("DESK_LOG_LEVEL", "loud"),
        ("DESK_MAX_UPLOAD_MB", "0"),
        ("DESK_MAX_IMPORT_MB", "9999"),
        ("DESK_SESSION_HOURS", "-1"),
        ("DESK_DEMO", "perhaps"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_by_name(nothing, name, value):
    with pytest.raises(SettingsRefused, match=f"^{name}: "):
        load_settings({**nothing, name: value})


def test_every_refused_variable_is_named_at_once(nothing):
    with pytest.raises(SettingsRefused, match=r"(?s)PORT.*DESK_ZONE"):
        load_settings({**nothing, "PORT": "0", "DESK_ZONE": "Nowhere"})


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "localhost", "::1", "[::1]"])
def test_loopback_needs_no_sign_in(nothing, host):
    assert load_settings({**nothing, "DESK_HOST": host}).host == host.strip("[]")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "desk.example"])  # noqa: S104
def test_any_other_address_without_a_sign_in_is_refused(nothing, host):
    with pytest.raises(SettingsRefused, match="without a sign-in"):
        load_settings({**nothing, "DESK_HOST": host})


def test_any_other_address_with_a_sign_in_is_served(tmp_path):
    told = load_settings({**write(tmp_path, AUTH + ACCESS), "DESK_HOST": "0.0.0.0"})  # noqa: S104
    assert told.is_sign_in_required


def test_the_secrets_file_says_who_may_come_in(tmp_path):
    told = load_settings(write(tmp_path, AUTH + ACCESS))
    assert told.access.domains == {"label.example"}
    assert told.access.emails == {"bob@partner.example"}
    assert told.auth is not None
    assert told.auth.origin == "https://desk.label.example"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (AUTH, "names nobody"),
        (AUTH + "[access]\ndomains = []\nemails = []\n", "names nobody"),
        (AUTH.replace(SECRET, "too-short") + ACCESS, "shorter than 32 bytes"),
        (AUTH.replace(SECRET, EXAMPLE_COOKIE_SECRET) + ACCESS, "the example's"),
        (AUTH.replace(f'cookie_secret = "{SECRET}"', "") + ACCESS, "auth.cookie_secret"),
        (AUTH.replace("https://desk.label.example", "") + ACCESS, "full address"),
        ("[auth\n", "cannot be read"),
    ],
)
def test_a_sign_in_that_would_protect_nothing_is_refused(tmp_path, content, reason):
    with pytest.raises(SettingsRefused, match=reason) as refusal:
        load_settings(write(tmp_path, content))
    assert SECRET not in str(refusal.value)


def test_a_named_secrets_file_must_exist(tmp_path):
    with pytest.raises(SettingsRefused, match="there is no file"):
        load_settings({"SECRETS_FILE": str(tmp_path / "nowhere.toml")})


@pytest.mark.parametrize("address", [None, "", "0.0.0.0", "::", "192.168.1.7", "desk.example"])  # noqa: S104
def test_streamlits_own_option_opens_no_door_without_a_sign_in(nothing, address):
    with pytest.raises(SettingsRefused, match="without a sign-in"):
        refuse_open_doors(load_settings(nothing), address=address)


@pytest.mark.parametrize("address", ["127.0.0.1", "localhost", "::1", "[::1]"])
def test_this_machines_own_addresses_need_no_sign_in(nothing, address):
    refuse_open_doors(load_settings(nothing), address=address)


def test_the_example_of_the_secrets_file_is_complete_and_refused():
    example = ROOT / ".streamlit" / "secrets.example.toml"
    content = tomllib.loads(example.read_text())
    assert content["auth"]["cookie_secret"] == EXAMPLE_COOKIE_SECRET
    assert set(content["access"]) == set(Access.model_fields)
    with pytest.raises(SettingsRefused, match="the example's"):
        load_settings({"SECRETS_FILE": str(example)})


ACCESS_RULE = Access(
    domains=frozenset({"label.example"}), emails=frozenset({"bob@partner.example"})
)


@pytest.mark.parametrize(
    "email", ["alice@label.example", "ALICE@Label.Example", "bob@partner.example"]
)
def test_a_verified_address_that_is_listed_comes_in(email):
    assert ACCESS_RULE.admits({"email": email, "email_verified": True})


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"email": None, "email_verified": True},
        {"email": "alice@label.example"},
        {"email": "alice@label.example", "email_verified": False},
        {"email": "alice@label.example", "email_verified": "true"},
        {"email": "charlie@partner.example", "email_verified": True},
        {"email": "charlie@evil.label.example", "email_verified": True},
        {"email": "charlie@label.example.evil", "email_verified": True},
        {"email": "charlie@evil@label.example", "email_verified": True},
        {"email": "@label.example", "email_verified": True},
        {"email": "label.example", "email_verified": True},
        {"email": ["alice@label.example"], "email_verified": True},
    ],
)
def test_anybody_else_stays_outside(claims):
    assert not ACCESS_RULE.admits(claims)


def test_a_provider_that_owns_its_addresses_need_not_say_verified():
    rule = Access(domains=frozenset({"label.example"}), require_verified_email=False)
    assert rule.admits({"email": "alice@label.example"})
    assert not rule.admits({"email": "charlie@elsewhere.example"})


def test_streamlit_is_told_port_address_secrets_and_hosts(tmp_path):
    secrets = write(tmp_path, AUTH + ACCESS)
    command, env = streamlit_command(load_settings({**secrets, "PORT": "8600"}))
    assert command[1:4] == ["-m", "streamlit", "run"]
    assert Path(command[4]) == ROOT / "lib" / "ui" / "serving" / "server.py"
    assert "--server.port=8600" in command
    assert "--server.address=127.0.0.1" in command
    assert "--server.allowedHosts=desk.label.example" in command
    assert f"--secrets.files={secrets['SECRETS_FILE']}" in command
    # Streamlit's own library ends a handshake with more than 8 KiB of cookies without a word.
    assert env == {"WEBSOCKETS_MAX_LINE_LENGTH": "65536"}
    assert SECRET not in " ".join(command)


def test_every_variable_has_a_description():
    assert all(environment_names().values())


def test_without_a_billing_section_no_notice_is_taken(nothing):
    assert load_settings(nothing).billing is None


def test_a_billing_secret_is_kept_and_never_printed(tmp_path):
    told = load_settings(write(tmp_path, f'[billing]\nsecret = "{SECRET}"\nactor = "Ledger"'))
    assert told.billing
    assert told.billing.secret.get_secret_value() == SECRET
    assert told.billing.actor == "Ledger"
    assert SECRET not in repr(told)


@pytest.mark.parametrize("secret", ["", "k3y", EXAMPLE_BILLING_SECRET])
def test_a_billing_secret_that_others_may_guess_is_refused_without_being_repeated(tmp_path, secret):
    with pytest.raises(SettingsRefused, match="billing") as refusal:
        load_settings(write(tmp_path, f'[billing]\nsecret = "{secret}"'))
    assert not secret or secret not in str(refusal.value)


def test_the_example_of_the_secrets_file_is_refused_for_billing_too():
    text = (ROOT / ".streamlit" / "secrets.example.toml").read_text()
    assert "billing" not in tomllib.loads(text), "whoever wants no notices copies it as it is"
    section = text[text.index("# [billing]") :].replace("# [", "[").replace("# secret", "secret")
    assert tomllib.loads(section)["billing"]["secret"] == EXAMPLE_BILLING_SECRET
