"""Many campaigns at once: the board and the roster, their cells, and the files they make."""
