"""Composite models by partial least squares: estimates, errors, prediction."""
