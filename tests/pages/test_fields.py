"""Fields whose value is kept beside them: what is usual on a page does not leave it."""

from streamlit.testing.v1 import AppTest


def page():
    import streamlit as st

    from lib.ui import in_url
    from lib.ui.fields import OneOf, segments

    segments(OneOf("show", "Show", ["Campaigns", "Totals"]))
    st.markdown(f"said: {in_url.read('show')!r}")


def choose(at, what):
    (choice,) = at.get("button_group")
    return choice.set_value(what).run()


def test_a_choice_that_is_usual_again_says_nothing_any_more():
    at = AppTest.from_function(page, default_timeout=20).run()
    assert choose(at, "Totals").markdown[0].value == "said: 'Totals'"
    assert choose(at, "Campaigns").markdown[0].value == "said: ''"
