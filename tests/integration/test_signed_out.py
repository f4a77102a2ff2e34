"""Nobody signed out receives a row: every page of a server just started, byte by byte."""

from collections.abc import Iterator

import pytest

from lib.settings import ROOT
from tests.browser.desk import Desk, serving
from tests.postgres import free_port
from tests.provider import provider, signed_in
from tests.standin import sign_in_secrets
from tests.wire import visit

SCRIPTS = sorted(ROOT.glob("pages/*/*.py"))
# By the names that the menu gives, by the names of the scripts, and by neither.
ASKED = sorted(
    {"", "campaigns", "campaign", "explore", "import", "activity", "trend-check", "status-guide"}
    | {"nothing"}
    | {script.stem for script in SCRIPTS}
)


@pytest.fixture(scope="module")
def shut_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The real desk with the demo label, demanding a sign-in."""
    folder = tmp_path_factory.mktemp("shut-desk")
    port = free_port()
    secrets = folder / "secrets.toml"
    with provider() as address:
        secrets.write_text(sign_in_secrets(port=port, provider=address, domain="label.example"))
        with serving(folder, env={"PORT": str(port), "SECRETS_FILE": str(secrets)}) as running:
            yield running


@pytest.fixture(scope="module")
def names(shut_desk: Desk) -> list[bytes]:
    """Every name that the database holds: artists, campaigns, people."""
    rows = shut_desk.asked(
        "SELECT name FROM artist UNION SELECT name FROM campaign"
        " UNION SELECT actor FROM history UNION SELECT name FROM organization"
    )
    # The product's own name stands on the sign-in page, and acts in the demo's history.
    found = [name.encode() for (name,) in rows if len(name) > 5 and name != "Campaign Desk"]
    assert len(found) > 100
    return found


def leaked(received: bytes, names: list[bytes]) -> list[bytes]:
    return [name for name in names if name in received]


def test_nobody_signed_out_receives_a_row_by_any_page_of_a_cold_server(
    shut_desk: Desk, names: list[bytes]
) -> None:
    for page in ASKED:
        with visit(shut_desk.url) as nobody:
            received = nobody.run(page, query="artist=1&id=1")
            assert b"Sign in" in received
            assert leaked(received, names) == [], f"page {page!r}"


def test_a_page_asked_for_by_its_script_shows_a_signed_out_person_nothing(
    shut_desk: Desk, names: list[bytes]
) -> None:
    with visit(shut_desk.url) as nobody:
        nobody.run()
        for script_hash in nobody.pages.values():
            assert leaked(nobody.run_hash(script_hash), names) == []


def test_a_person_of_another_domain_is_told_so_and_receives_nothing(
    shut_desk: Desk, names: list[bytes]
) -> None:
    with (
        signed_in(shut_desk.url, "charlie") as charlie,
        visit(shut_desk.url, dict(charlie.cookies)) as session,
    ):
        received = session.run("campaigns")
    assert b"may not use the desk" in received
    assert leaked(received, names) == []


def test_a_person_of_the_label_receives_the_board(shut_desk: Desk, names: list[bytes]) -> None:
    with (
        signed_in(shut_desk.url, "alice") as alice,
        visit(shut_desk.url, dict(alice.cookies)) as session,
    ):
        received = session.run()
    assert len(leaked(received, names)) > 5, "else the other tests prove nothing"
