"""What a click on a head orders by is an order that can be chosen, of a column that there is."""

import pytest

from lib.ui.filtering import board_order
from lib.ui.lists import roster_view
from lib.ui.lists.campaign_cells import COLUMNS


@pytest.mark.parametrize(
    ("of_columns", "rising", "orders"),
    [
        (board_order.OF_COLUMNS, board_order.RISING, board_order.ORDERS),
        (roster_view._OF_COLUMNS, roster_view._RISING, roster_view.ORDERS),
    ],
    ids=["board", "roster"],
)
def test_every_head_orders_by_what_can_be_chosen(of_columns, rising, orders):
    assert of_columns.keys() <= COLUMNS.keys()
    assert rising <= set(of_columns.values()) <= orders.keys()
    assert len(set(of_columns.values())) == len(of_columns)
