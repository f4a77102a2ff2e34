"""How it goes for an artist, in friendly words: what the page says, piece by piece, as plain text.

The template of the page escapes these texts; they must not pass through `escape.esc`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from lib.domain.learning import LEARNING_DAYS
from lib.domain.lessons import Lesson, LessonKind
from lib.domain.metrics import CLICKS, CONVERSIONS, FOLLOWS, SAVES, SUBSCRIBERS, VIEWS
from lib.domain.presentation import (
    Bought,
    Coming,
    ComingKind,
    KindTold,
    Presentation,
    Running,
)
from lib.domain.records import Platform
from lib.domain.verdict import FEWEST_DATES, Why, Word
from lib.ui.format import (
    a_day,
    count,
    day,
    day_before,
    local,
    money,
    one_of,
    results,
    span,
    unit_cost,
)
from lib.ui.verdict_words import before_words, sentence_of

MOST_RUNNING, MOST_COMING = 5, 10
"""Of one result kind; and altogether."""
LEARNED = "What was learned"
OLD = timedelta(days=14)
"""Figures that end so long ago are not what somebody takes for the last days."""
NO_FIGURES = (
    "There are no figures of this period yet. They come in day by day once a campaign runs."
)
_MEANING = {
    SAVES: "listeners who saved the music",
    VIEWS: "people who went on to watch after seeing an ad",
    CLICKS: "people who clicked through to the music",
    CONVERSIONS: "people who did what the ad asked for",
}
_SECOND = {FOLLOWS: "new followers", SUBSCRIBERS: "new subscribers"}
_PLACES = {Platform.META: "Meta", Platform.GOOGLE: "Google", Platform.SPOTIFY: "Spotify"}
_COST = {
    Word.IMPROVING: "Each {one} costs less",
    Word.DECLINING: "Each {one} costs more",
    Word.STEADY: "The cost of a {one} is steady",
}
_DAYS = {
    Word.IMPROVING: "More {kind} a day",
    Word.DECLINING: "Fewer {kind} a day",
    Word.STEADY: "No clear change in {kind} a day",
}
_TOO_EARLY = "Too early to tell"
ICONS = {Word.IMPROVING: "↗", Word.DECLINING: "↘", Word.STEADY: "→", Word.TOO_EARLY: "◔"}
TONES = {
    Word.IMPROVING: "good",
    Word.DECLINING: "mind",
    Word.STEADY: "even",
    Word.TOO_EARLY: "wait",
}


@dataclass(frozen=True)
class Line:
    """Something that runs or comes: what, where and when, and how it goes."""

    title: str
    where: str
    word: str = ""
    icon: str = ""
    tone: str = ""
    sentence: str = ""


@dataclass(frozen=True)
class Card:
    """One result kind: its large figure, what it means and what it took."""

    kind: str
    figure: str
    heading: str
    meaning: str
    dates: str
    second: str
    bought: tuple[str, ...]
    note: str
    trend: str
    told: KindTold


@dataclass(frozen=True)
class Section:
    """What runs, or what comes: its lines, and what is said before and after them."""

    heading: str
    before: str
    lines: tuple[Line, ...]
    after: tuple[str, ...]


def lead(shown: Presentation) -> str:
    """Return the line below the artist's name: what this is, and of which period."""
    return f"How your campaigns go · {shown.period.label}"


def foot(shown: Presentation, *, label: str, until: str = "") -> str:
    """Return the last line: who made it, when, and what is left out."""
    made = f"{label} · As of {day(shown.told_at.date(), with_year=True)}"
    settled = "The newest days are left out until the platforms have settled their figures."
    return f"{made}. {settled} {until}".rstrip()


def sections(shown: Presentation) -> list[Section]:
    """Return what runs now and, where something comes, what comes next."""
    found = [_runs_now(shown)]
    lines, more = coming(shown)
    if lines:
        found.append(Section("What comes next", "", tuple(lines), _said(_more(more))))
    return found


def _runs_now(shown: Presentation) -> Section:
    lines, more = running(shown)
    return Section(
        heading="What runs now",
        before="Measured over the last 7 days against the weeks before them." if lines else "",
        lines=tuple(lines),
        after=_said(_more(more) if lines else "Nothing runs right now.", on_hold(shown)),
    )


def _more(number: int) -> str:
    return f"And {number} more." if number else ""


def _said(*words: str) -> tuple[str, ...]:
    return tuple(each for each in words if each)


def cards(shown: Presentation) -> list[Card]:
    """Return the cards of the result kinds, in their order."""
    return [_card(shown, one) for one in shown.kinds]


def _card(shown: Presentation, one: KindTold) -> Card:
    places = _and(_place(each, one.kind) for each in one.platforms)
    meaning = _MEANING.get(one.kind, "")
    return Card(
        kind=one.kind,
        figure=results(one.results_micros),
        heading=one.kind,
        meaning=f"{meaning}, on {places}" if meaning else f"on {places}",
        dates=span_with_year(one),
        second=f"and {results(one.second_micros)} {_SECOND.get(one.second_kind, one.second_kind)}"
        if one.second_kind
        else "",
        bought=tuple(_bought_words(one.kind, each) for each in one.bought),
        note=_note(shown, one),
        trend=_trend(shown, one.kind),
        told=one,
    )


def _place(platform: Platform, kind: str) -> str:
    """Return what an artist calls the place of a campaign."""
    is_video = platform is Platform.GOOGLE and kind == VIEWS
    return "YouTube" if is_video else _PLACES[platform]


def span_with_year(one: KindTold) -> str:
    """Return the dates of a kind with the year in which they end."""
    words = span(one.window)
    has_year = one.window.first.year != one.window.last.year
    return words if has_year else f"{words} {one.window.last.year}"


def _bought_words(kind: str, one: Bought) -> str:
    amount = money(one.spend_micros, one.currency)
    if not one.results_micros:
        return f"{amount} bought no {kind} yet."
    each = unit_cost(one.cost_micros, one.currency)
    return f"{amount} bought {results(one.results_micros)} {kind}: {each} each."


def _note(shown: Presentation, one: KindTold) -> str:
    """Return what to mind about the figures of a kind: gaps, and how old they are."""
    is_old = one.window.last < shown.told_at.date() - OLD
    newest = f"The newest figures are of {day(one.window.last, with_year=True)}." if is_old else ""
    return " ".join(_said(newest, _gaps(one.incomplete)))


def _gaps(days: int) -> str:
    if not days:
        return ""
    which = "1 day" if days == 1 else f"{count(days)} days"
    return f"On {which} figures are missing in part or whole; nothing was filled in for them."


def _trend(shown: Presentation, kind: str) -> str:
    """Return how the campaigns of a kind that run now stand, counted."""
    words = shown.words(kind)
    if not words:
        return f"Nothing runs for {kind} right now."
    said = [f"{count(number)} {_counted(word, shown)}" for word, number in words.items()]
    total = sum(words.values())
    runs = "1 campaign runs" if total == 1 else f"{count(total)} campaigns run"
    return f"{runs} for {kind} now: {_and(said)}."


def _counted(word: Word, shown: Presentation) -> str:
    if word is Word.TOO_EARLY:
        return "still too early to tell"
    if word is Word.STEADY:
        return "steady"
    if shown.shares_cost:
        return {Word.IMPROVING: "at a falling cost", Word.DECLINING: "at a rising cost"}[word]
    return {Word.IMPROVING: "bringing more", Word.DECLINING: "bringing fewer"}[word]


def running(shown: Presentation) -> tuple[list[Line], int]:
    """Return what runs now, at most a few of each kind, and how many more there are."""
    seen: dict[str, int] = {}
    lines = []
    for one in shown.running:
        seen[one.kind] = seen.get(one.kind, 0) + 1
        if seen[one.kind] <= MOST_RUNNING:
            lines.append(_run_line(shown, one))
    return lines, len(shown.running) - len(lines)


def _run_line(shown: Presentation, one: Running) -> Line:
    word = one.judged.word if one.judged else Word.TOO_EARLY
    by_word = _COST if shown.shares_cost else _DAYS
    called = by_word.get(word, _TOO_EARLY).format(one=one_of(one.kind), kind=one.kind)
    return Line(
        title=one.title,
        where=f"{_place(one.platform, one.kind)} · {_dates(shown, one)}",
        word=called,
        icon=ICONS[word],
        tone=TONES[word],
        sentence=_too_early(shown, one) if word is Word.TOO_EARLY else _numbers(shown, one),
    )


def _numbers(shown: Presentation, one: Running) -> str:
    """Return the numbers behind the word, in the sentence that the desk itself says."""
    if shown.shares_cost:
        return sentence_of(one.verdict, kind=one.kind, currency=one.currency)
    verdict = one.verdict
    if verdict is None or not verdict.current.days or not verdict.baseline.days:
        return ""
    now, before = verdict.current, verdict.baseline
    return (
        f"{a_day(now.results_a_day_micros)} a day against {a_day(before.results_a_day_micros)} in "
        f"{before_words(verdict)} ({results(now.results_micros)} and "
        f"{results(before.results_micros)} {one.kind})."
    )


def _dates(shown: Presentation, one: Running) -> str:
    since = f"since {day_before(one.since, shown.told_at)}" if one.since else "running"
    return f"{since}, until {day(one.until)}" if one.until else since


def _too_early(shown: Presentation, one: Running) -> str:
    """Return why it is too early, and when it can be told, in words for somebody who asks once."""
    readable = f" It can be told from {day(one.readable_on)} on." if one.readable_on else ""
    return f"{_reason(shown, one)}.{readable}"


def _reason(shown: Presentation, one: Running) -> str:
    why = one.judged.why if one.judged else None
    if one.learning_day:
        return (
            f"Day {one.learning_day} of {LEARNING_DAYS} in which the platform gets to know the "
            "audience"
        )
    if one.verdict is None or why is None:
        return "The first figures have not settled yet"
    if why is Why.STALE:
        return f"No new figures since {day_before(one.verdict.as_of, shown.told_at)}"
    if why is Why.CHANGED and one.verdict.changed_on:
        return f"It was changed on {day(one.verdict.changed_on)}"
    return {
        Why.LEARNING: "The platform is still getting to know the audience",
        Why.YOUNG: f"{one.verdict.eligible} of {FEWEST_DATES} full days of figures are there",
        Why.GAP: "Too many days of the last weeks are missing or did not run in full",
        Why.CHANGED: "It was changed within the last 7 days",
        Why.NOTHING_SPENT: "It did not run in one of the weeks that are compared",
        Why.FEW: f"There are too few {one.kind} to tell it from chance",
        Why.LEARNING_WEEK: "There is only its first week to compare with",
        Why.UNCONFIRMED: "A change shows, but it has to hold for a second day",
    }[why]


def coming(shown: Presentation) -> tuple[list[Line], int]:
    """Return what comes next, the soonest first, and how many more there are."""
    lines = [_coming_line(one) for one in shown.coming[:MOST_COMING]]
    return lines, len(shown.coming) - len(lines)


def _coming_line(one: Coming) -> Line:
    until = f", until {day(one.until)}" if one.until else ""
    if one.what is ComingKind.STARTS:
        words = f"starts on {day(one.on)}{until}" if one.on else f"is being prepared{until}"
    elif one.what is ComingKind.ENDS:
        words = f"runs until {day(one.on)}"
    else:
        verb = "takes a break" if one.what is ComingKind.PAUSES else "starts again"
        words = f"{verb} on {local(one.at, one.zone) if one.at and one.zone else day(one.on)}"
    return Line(title=one.title, where=_place(one.platform, one.kind), sentence=words)


def on_hold(shown: Presentation) -> str:
    """Return how many campaigns stand still, empty for none."""
    if not shown.on_hold:
        return ""
    is_one = shown.on_hold == 1
    return f"{count(shown.on_hold)} campaign{' is' if is_one else 's are'} on hold."


def lessons(shown: Presentation) -> list[str]:
    """Return what the period taught, a sentence each; what taught nothing is one together."""
    nothing = [one.kind for one in shown.lessons if one.what is LessonKind.TOO_FEW]
    found = [_lesson(one) for one in shown.lessons if one.what is not LessonKind.TOO_FEW]
    if nothing:
        found.append(f"Nothing stands out in {_and(nothing)} yet beyond what chance does.")
    return found


def _lesson(one: Lesson) -> str:
    brought = results(one.results_micros)
    if one.what is LessonKind.MOST:
        total = results(one.results_micros + int(one.others_micros))
        return f"“{one.title}” brought most of the {one.kind}: {brought} of {total}."
    if one.what is LessonKind.CHEAPEST:
        return (
            f"“{one.title}” bought {one.kind} at the lowest cost: "
            f"{unit_cost(one.cost_micros, one.currency)} each, the others "
            f"{unit_cost(one.others_cost_micros, one.currency)} "
            f"({brought} and {results(int(one.others_micros))} {one.kind})."
        )
    usual = results(round(one.others_micros / 1e6) * 1_000_000)
    return (
        f"{span(one.week)} was the strongest week: {brought} {one.kind}; the other weeks "
        f"brought {usual} on average."
    )


def _and(words: Iterable[str]) -> str:
    *first, last = list(words) or [""]
    return f"{', '.join(first)} and {last}" if first else last
