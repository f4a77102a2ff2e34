"""The table of roles: nothing of the desk is left out of it, and the document is current."""

from lib.domain.rights import Deed
from lib.settings import ROOT
from tests.browser.acts import WAYS
from tests.browser.roles import ACTS, DOCUMENT, SHEETS, WITHOUT_SCREEN, expected, render


def test_the_document_says_what_the_rights_say():
    assert DOCUMENT.read_text(encoding="utf-8") == render(expected()), "run 'make roles'"


def test_every_page_is_in_the_table():
    folder = ROOT / "pages"
    assert set(SHEETS) == {str(one.relative_to(folder)) for one in folder.rglob("*.py")}


def test_every_deed_is_an_action_of_the_table_or_has_no_screen():
    tried = {act.deed for act in ACTS}
    assert tried | set(WITHOUT_SCREEN) == set(Deed)
    assert not tried & set(WITHOUT_SCREEN)


def test_every_action_of_the_table_has_its_way_in_the_browser():
    assert list(WAYS) == [act.name for act in ACTS]
