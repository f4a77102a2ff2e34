"""The keys of the desk, and what each of them does."""

GO_TO, NEXT, PREVIOUS, PAUSE = "Ctrl+K", "J", "K", "P"
MEANING = {
    "Ctrl K": "this list",
    "↓ Enter": "in this list: go down, open",
    "/": "search the board or the roster",
    NEXT: "next campaign",
    PREVIOUS: "previous campaign",
    PAUSE: "pause the campaign that is open",
    "Esc": "close",
}
