import pytest

from lib.domain.status import FACTS, Group, Status
from lib.ui import badges
from lib.ui.guide import badge_of


@pytest.mark.parametrize("status", Status)
def test_every_status_has_an_icon_and_a_colour(status):
    assert badges.ICONS[status].startswith(":material/")
    assert badges.COLOURS[FACTS[status].tone] in badge_of(status)


@pytest.mark.parametrize("group", Group)
def test_every_group_has_an_icon_and_a_colour(group):
    assert badges.GROUP_ICONS[group]
    assert badges.GROUP_TONES[group] in badges.COLOURS


def test_statuses_of_one_colour_still_differ_in_words():
    assert len({facts.label for facts in FACTS.values()}) == len(Status)
