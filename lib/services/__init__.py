"""Verbs and reads: check, change and record in one transaction each."""
