"""The desk as a server: its door, what it answers beside the pages, what it counts and tells."""
