"""What an artist reads: what is old says so, and what taught nothing is said once."""

from dataclasses import replace
from datetime import timedelta

from lib.domain.lessons import Lesson, LessonKind
from lib.ui.present import friendly
from tests.unit.ui.present.test_artist_page import kind, presentation


def test_figures_that_end_long_ago_say_when():
    fresh = presentation(kind(1, 2, 3))
    assert "newest" not in friendly.lead(fresh)
    old = replace(fresh, told_at=fresh.told_at + friendly.OLD + timedelta(days=1))
    newest = fresh.kinds[0].window.last
    assert friendly.lead(old).endswith(f"The newest figures are of {newest.day} {newest:%b %Y}")
    assert "newest" not in friendly.lead(presentation())


def test_what_taught_nothing_is_one_sentence_after_what_did():
    lessons = (
        Lesson(LessonKind.TOO_FEW, "saves"),
        Lesson(LessonKind.MOST, "views", title="Sluice", results_micros=2_000_000, others_micros=0),
        Lesson(LessonKind.TOO_FEW, "clicks"),
    )
    first, last = friendly.lessons(replace(presentation(), lessons=lessons))
    assert first.startswith("“Sluice” brought most of the views")
    assert last == "Nothing stands out in saves and clicks yet beyond what chance does."
