from lib.ui import board


def test_a_menu_entry_is_read_with_and_without_its_icon():
    for label in (":material/pause: Pause…", ":material_pause: Pause…", "Pause…"):
        assert board.chosen_entry(label) == "Pause"
    assert board.chosen_entry(":material/block: Archive · not now") == "Archive"


def test_two_lines_hold_no_breaking_space_but_the_one_between_them():
    text = board.two_lines("7 d: €1.00", "28 d: €4.00", width=125)
    assert text.count(" ") == 1
    first, second = text.split(" ")
    assert first.replace(board.NO_BREAK, " ").strip() == "7 d: €1.00"
    assert second.replace(board.NO_BREAK, " ") == "28 d: €4.00"


def test_a_wide_first_line_is_not_filled_up():
    text = board.two_lines("7 d: US$2,216.65", "28 d: US$8,837.81", width=125)
    assert not text.split(" ")[0].endswith(board.NO_BREAK)
