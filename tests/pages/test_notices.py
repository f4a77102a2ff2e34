"""What callbacks had to tell: how long it stands on the page."""

from streamlit.testing.v1 import AppTest


def script() -> None:
    import streamlit as st

    from lib.ui import notices

    st.button("refuse", on_click=notices.tell_refused, args=("There was none",))
    st.button("by itself", on_click=notices.keep)
    st.button("another click")
    notices.show()
    st.text(notices.standing())


def said(page: AppTest) -> list[str]:
    return [warning.value for warning in page.warning]


def click(page: AppTest, label: str) -> AppTest:
    (button,) = [one for one in page.button if one.label == label]
    return button.click().run()


def test_a_refusal_stands_until_the_next_click_however_often_the_page_is_drawn_by_itself():
    page = AppTest.from_function(script).run()
    assert said(page) == []
    assert said(click(page, "refuse")) == ["There was none"]
    assert page.text[0].value == "There was none", "heard as well"
    for _ in range(2):
        assert said(click(page, "by itself")) == ["There was none"]
    assert said(click(page, "another click")) == []
    assert page.text[0].value == ""
    assert said(click(page, "by itself")) == []


def test_what_is_refused_while_something_stands_takes_its_place():
    page = click(AppTest.from_function(script).run(), "refuse")
    assert said(click(page, "refuse")) == ["There was none"]
