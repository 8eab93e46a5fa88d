"""Two-level (random-intercept) models: persons within clusters, both levels with a model of their own."""
