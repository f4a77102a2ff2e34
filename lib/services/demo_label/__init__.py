"""The built-in demo label: its recipe, its story, its rows; loaded and started over."""
