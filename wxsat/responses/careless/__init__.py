"""Indices of careless answering, one a file: pure functions on a matrix of answers (respondents x items, NaN for none).

Deterministic throughout, in memory that does not grow with temporary copies of a large file. Checked against R careless
1.2.2 on complete data; where data are missing R resamples at random or drops the respondent, and these use what is
there.
"""
