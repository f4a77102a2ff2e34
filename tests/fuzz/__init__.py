"""Hostile input at volume, made up by dice: `make fuzz`, or a few thousand in every test run."""
