"""The commands behind `python -m lib.cli`: the same services, without the pages."""
