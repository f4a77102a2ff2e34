"""Quick switch: from anywhere to any campaign."""

from tests.pages.conftest import texts

ALMA = "Alma Varn & the Weathervanes"


def labels(at):
    return [link.proto.label.replace("\\", "") for link in at.get("page_link")]


def typed(at, letters):
    """Open it with letters in its field: AppTest runs the page, which closes a dialog."""
    at.session_state["go-to"] = letters
    return at.button(key="go-to-button").click().run()


def test_a_few_letters_find_campaigns_with_what_they_are(demo_engine, open_desk):
    del demo_engine
    at = typed(open_desk(), "alma varn")
    assert "next campaign" in texts(at)
    of_hers = [label for label in labels(at) if f" · {ALMA} · " in label]
    assert of_hers
    assert all(label.count(" · ") >= 3 for label in of_hers)


def test_what_nobody_is_called_is_said(demo_engine, open_desk):
    del demo_engine
    at = typed(open_desk(), "zzz <b>")
    assert "No campaign is called so" in texts(at)


def test_an_artists_board_and_a_page_are_found_too_and_own_campaigns_first(demo_engine, open_desk):
    del demo_engine
    at = typed(open_desk(), "weather")
    assert f"{ALMA} · board" in [one.label.replace("\\", "") for one in at.button]
    first, *_ = labels(typed(open_desk(), "expl"))
    assert first == "Explore"
    found = labels(typed(open_desk(artist=ALMA), "lookal"))
    of_hers = [f" · {ALMA} · " in one for one in found]
    assert of_hers[0]
    assert of_hers == sorted(of_hers, reverse=True)
