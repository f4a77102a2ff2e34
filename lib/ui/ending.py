"""A page that has nothing more to say: it ends, and what stands beside it is drawn all the same.

`st.stop` ends the whole run: whatever draws after it is stopped as well, so the sidebar with the
way out would be missing, and the pulse that brings the page back when something changes.
"""

from typing import NoReturn


class PageEnds(Exception):
    """The page is complete; the frame goes on."""


def end_page() -> NoReturn:
    """End the page here; its frame catches what this raises."""
    raise PageEnds
