"""The filters of board, roster and activity, saved views, and the columns of their tables."""
