"""Fit measures: one index, one file; pure functions of chi-square, df, N and moments."""
