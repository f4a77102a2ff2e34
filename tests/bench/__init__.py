"""What the desk costs: `make bench` fills databases of three sizes and measures the pages."""
