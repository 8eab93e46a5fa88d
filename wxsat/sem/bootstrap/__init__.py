"""Resampling of fitted models: draws, batched refits, intervals, the test of Bollen and Stine."""
