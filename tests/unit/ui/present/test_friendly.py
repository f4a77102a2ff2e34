"""What an artist reads: what is old says so, and what taught nothing is said once."""

from dataclasses import replace
from datetime import timedelta

from lib.domain.lessons import Lesson, LessonKind
from lib.ui.present import friendly
from tests.unit.ui.present.test_artist_page import kind, presentation


def test_figures_that_end_long_ago_say_so_kind_by_kind():
    fresh = presentation(kind(1, 2, 3), kind(4, 5, name="views"))
    assert not any("newest" in card.note for card in friendly.cards(fresh))
    saves, views = fresh.kinds
    last = saves.window.last - friendly.OLD - timedelta(days=1)
    old = replace(saves, window=replace(saves.window, first=last, last=last))
    first, second = friendly.cards(replace(fresh, kinds=(old, views)))
    assert first.note == f"The newest figures are of {last.day} {last:%b %Y}."
    assert not second.note


def test_what_taught_nothing_is_one_sentence_after_what_did():
    lessons = (
        Lesson(LessonKind.TOO_FEW, "saves"),
        Lesson(LessonKind.MOST, "views", title="Sluice", results_micros=2_000_000, others_micros=0),
        Lesson(LessonKind.TOO_FEW, "clicks"),
    )
    first, last = friendly.lessons(replace(presentation(), lessons=lessons))
    assert first.startswith("“Sluice” brought most of the views")
    assert last == "Nothing stands out in saves and clicks yet beyond what chance does."
