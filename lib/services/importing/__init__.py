"""Imports of real exports: read, matched, planned, staged, switched over, folded."""
