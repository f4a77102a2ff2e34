"""Gateways: what carries a recorded decision out on the ad platform, and what cannot.

A decision in this desk stops no money by itself. A gateway says beforehand what it can do;
archiving is a thing of this desk alone and is never sent, since on every platform it cannot
be undone.
"""

from dataclasses import dataclass
from typing import Protocol

from lib.domain.actions import Action
from lib.domain.records import GatewayKind, Platform

_MANAGER = {
    Platform.META: (
        "Meta Ads Manager",
        "https://adsmanager.facebook.com/adsmanager/manage/campaigns",
    ),
    Platform.GOOGLE: ("Google Ads", "https://ads.google.com/aw/campaigns"),
    Platform.SPOTIFY: ("Spotify Ads Manager", "https://adsmanager.spotify.com/"),
}
_SWITCH = {Action.PAUSE: "off", Action.RESUME: "on"}


@dataclass(frozen=True)
class Capability:
    """What happens to a decision: carried out at once, kept here, or left to a person."""

    is_carried_out: bool
    instruction: str = ""
    manager: str = ""
    link: str = ""


class Gateway(Protocol):
    """What every gateway can be asked."""

    def capability(self, action: Action, platform: Platform) -> Capability: ...


class Simulated:
    """The demo label's platform: carries out everything at once."""

    def capability(self, action: Action, platform: Platform) -> Capability:
        """Return that the decision is carried out with its recording."""
        if action in _SWITCH:
            return Capability(
                True, f"The demo's simulated {platform.label} carries this out at once."
            )
        return _STAYS_HERE


class ByHand:
    """A platform known only through its exports: a person has to switch there too."""

    def capability(self, action: Action, platform: Platform) -> Capability:
        """Return what the person has to do, and where."""
        if action not in _SWITCH:
            return _STAYS_HERE
        manager, link = _MANAGER[platform]
        return Capability(
            False,
            f"This is recorded here; switch the campaign {_SWITCH[action]} in {manager} too. "
            "Until you confirm that, or the next import agrees, it reads “to be carried out”.",
            manager,
            link,
        )


_STAYS_HERE = Capability(True, "This stays on this desk; nothing is sent to the ad platform.")
_GATEWAYS: dict[GatewayKind, Gateway] = {
    GatewayKind.SIMULATED: Simulated(),
    GatewayKind.BY_HAND: ByHand(),
}


def gateway(kind: GatewayKind) -> Gateway:
    """Return the gateway of a connection."""
    return _GATEWAYS[kind]
