import csv
import io
import re

from hypothesis import example, given
from hypothesis import strategies as st

from lib.services.exports import as_csv
from lib.ui.downloads import file_name


@example(["--1", "---999999999999", "-1", "-1.5", "-"])
@given(st.lists(st.text(max_size=20), min_size=1, max_size=5))
def test_no_cell_runs_as_a_formula(texts):
    text = "".join(as_csv([{"note": one} for one in texts], ["note"]))
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert len(read) == len(texts) + 1
    cells = [cell for row in read[1:] for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@", "\t", "\r"))]
    minus = [cell for cell in cells if cell.startswith("-")]
    assert not [cell for cell in minus if not re.fullmatch(r"-[0-9]*\.?[0-9]*", cell)]


def test_the_name_of_a_file_carries_its_token():
    assert file_name("activity", "abc") == "activity-abc.csv"
