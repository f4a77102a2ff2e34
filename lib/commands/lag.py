"""`lag`: how much of a day is known at which age, and from when on it counts as complete."""

import json
from collections.abc import Iterator
from typing import Any

from lib.commands.call import Call, Commands
from lib.db.migrations import upgrade
from lib.domain.lag import (
    FEWEST_DAYS,
    FEWEST_RESULTS,
    REFERENCE_AGE,
    CompletenessCurve,
    default_age,
    settle_age_from,
)
from lib.services import lag


def add(commands: Commands) -> None:
    """Add the command with its options."""
    parser = commands.add_parser("lag", help="say how late figures come, by platform and kind")
    parser.add_argument("--json", action="store_true", help="write the curves as JSON")
    parser.set_defaults(run=run)


def run(call: Call) -> int:
    """Measure by now and print every curve; no figure is changed. Return 0."""
    upgrade(call.engine)
    curves = list(lag.measure(call.engine, now=call.now).values())
    if call.options.json:
        print(json.dumps([_told(one) for one in curves], ensure_ascii=False, indent=2))
    elif not curves:
        print(
            "No day was observed twice yet, so the defaults hold. Import the same days again, "
            f"some of them {REFERENCE_AGE} days later."
        )
    else:
        print("\n\n".join("\n".join(_lines(one)) for one in curves))
    return 0


def _told(curve: CompletenessCurve) -> dict[str, Any]:
    measured = settle_age_from(curve)
    return {
        "platform": curve.platform,
        "kind": curve.kind,
        "settle_age": default_age(curve.kind) if measured is None else measured,
        "is_measured": measured is not None,
        "default": default_age(curve.kind),
        "is_preliminary": not curve.is_conclusive,
        "reference_age": curve.reference_age,
        "days": curve.days,
        "days_too_small": curve.too_small,
        "points": [
            {
                "age": point.age,
                "completeness": round(point.share, 4),
                "days": point.days,
                "is_enough": point.is_enough,
            }
            for point in curve.points
        ],
    }


def _lines(curve: CompletenessCurve) -> Iterator[str]:
    measured = settle_age_from(curve)
    default = default_age(curve.kind)
    age = default if measured is None else measured
    source = "by default" if measured is None else f"measured; {default} by default"
    yield f"{curve.platform.label}, {curve.kind}: complete after {_days(age)} ({source})"
    if curve.points:
        yield (
            f"  {_days(curve.days)} of campaigns, against what was said of them at the age of "
            f"{curve.reference_age} days or later"
        )
    if not curve.is_conclusive:
        yield (
            f"  preliminary: at no age were {FEWEST_DAYS} days seen that were followed for "
            f"{REFERENCE_AGE} days, so this decides nothing"
        )
    if curve.too_small:
        yield (f"  {_days(curve.too_small)} left out: they ended with fewer than {FEWEST_RESULTS}")
    for point in curve.points:
        few = "" if point.is_enough else "  too few"
        yield f"  {point.age:>5} d  {point.share:>7.1%}  {_days(point.days):>9}{few}"


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"
