"""An artist with very many campaigns: made from a recipe, the same ones every time."""

from random import Random

from lib.domain.records import Platform
from lib.domain.status import Status
from lib.services.demo_label.fixtures import CampaignPlan, Recipe

_PLATFORMS = (Platform.META,) * 5 + (Platform.GOOGLE,) * 3 + (Platform.SPOTIFY,) * 2
_NO_MEASURE = {Platform.META: 40, Platform.GOOGLE: 60, Platform.SPOTIFY: 30}
_STAFF = ("priya", "tomas", "noor")


def campaigns_of(recipe: Recipe, *, seed: str) -> tuple[CampaignPlan, ...]:
    """Return the campaigns that the recipe makes, as many of each status as it says."""
    dice = Random(seed)  # noqa: S311 - invented figures, not secrets
    statuses = [status for status, count in recipe.statuses.items() for _ in range(count)]
    dice.shuffle(statuses)
    names: set[str] = set()
    return tuple(_campaign(recipe, status, dice, names) for status in statuses)


def _campaign(recipe: Recipe, status: Status, dice: Random, names: set[str]) -> CampaignPlan:
    platform = _platform(status, dice)
    kind, title = _promoted(recipe, platform, dice)
    market = dice.choice(list(recipe.markets))
    name = _name(title, market, recipe, dice, names)
    amount = _NO_MEASURE[platform] * dice.choice((0.25, 0.4, 0.5, 0.75, 1.0, 1.5))
    return CampaignPlan.model_validate(
        {
            "platform": platform,
            "name": name,
            "promotes": f"{kind} · {title}",
            "budget": f"{round(amount)} {recipe.currencies[platform]} daily",
            "locations": recipe.markets[market],
            "cost": round(recipe.costs[platform] * dice.uniform(0.6, 1.7), 4),
            "trend": dice.choice(("flat", "flat", "improving", "declining")),
            "pace": round(dice.choice((0.97, 0.97, 0.95, 1.0, 0.72, 1.22)), 2),
            "no_results": dice.random() < 0.03,
            **_life(status, dice),
        }
    )


def _platform(status: Status, dice: Random) -> Platform:
    platform = dice.choice(_PLATFORMS)
    if status is Status.AWAITING_SMARTLINK and platform is Platform.GOOGLE:
        return Platform.META  # A video needs no smart link.
    return platform


def _promoted(recipe: Recipe, platform: Platform, dice: Random) -> tuple[str, str]:
    choices = recipe.promotes
    if platform is Platform.GOOGLE:
        return "Video", dice.choice(choices.videos)
    kind, titles = dice.choice(
        (
            ("Track", choices.tracks),
            ("Track", choices.tracks),
            ("Album", choices.albums),
            ("Playlist", choices.playlists),
        )
    )
    return kind, dice.choice(titles)


def _name(title: str, market: str, recipe: Recipe, dice: Random, names: set[str]) -> str:
    flavour = dice.choice(recipe.flavours.names)
    pattern = dice.choice(
        ("{t} – {m} – {f}", "BA_{c}_{m}_{f}", "{t} | {f} | {m}", "[{m}] {t} {f}", "{t} {f} ({m})")
    )
    compact = title.replace(" ", "").replace("(", "_").replace(")", "")
    name = pattern.format(t=title, m=market, f=flavour, c=compact)
    base, copy = name, 2
    while name in names:
        name, copy = f"{base} – copy {copy}", copy + 1
    names.add(name)
    return name


def _life(status: Status, dice: Random) -> dict[str, object]:
    """Return when a campaign that stands in `status` today was made, and what happened since."""
    person = dice.choice(_STAFF)
    match status:
        case Status.ENDED | Status.ARCHIVED:
            return _finished(status, person, dice)
        case Status.ACTIVE | Status.SERVING:
            age = round(dice.choice((dice.uniform(1.5, 6.5), dice.uniform(8, 95))), 2)
            return {"created": age, "setup": status, "ends_in": _open_or(dice, 4, 60)}
        case Status.PAUSED:
            stopped = dice.uniform(0.4, 28)
            reason = dice.choice(("budget", "wrong_content", "under_performing"))
            return {
                "created": round(stopped + dice.uniform(9, 60), 2),
                "ends_in": _open_or(dice, 20, 60),
                "story": (f"{stopped:.2f} days ago: pause by {person} ({reason})",),
            }
        case Status.ISSUE:
            failed = dice.uniform(0.3, 9)
            return {
                "created": round(failed + dice.uniform(5, 40), 2),
                "story": (f"{failed:.2f} days ago: issue",),
                "platform_note": "Disapproved: the destination could not be reached.",
            }
        case _:
            return {"created": round(dice.uniform(0.2, 3.5), 2), "setup": status}


def _finished(status: Status, person: str, dice: Random) -> dict[str, object]:
    over, ran = dice.randint(4, 95), dice.randint(10, 40)
    story = []
    if dice.random() < 0.5:
        story.append(f"{over - 1.2:.2f} days ago: ended")
    if status is Status.ARCHIVED:
        story.append(f"{dice.uniform(0.2, over - 1.5):.2f} days ago: archive by {person}")
    return {"created": float(over + ran + 2), "ends_in": -over, "story": tuple(story)}


def _open_or(dice: Random, least: int, most: int) -> int | None:
    return None if dice.random() < 0.4 else dice.randint(least, most)
