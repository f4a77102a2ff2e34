"""Measurements that a person runs; none of them passes or fails."""
