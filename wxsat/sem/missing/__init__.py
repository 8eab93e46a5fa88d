"""Incomplete data: full-information maximum likelihood by missing pattern, its robust statistics, two-stage ML."""
