"""Ordinal answers as what they are: thresholds, latent responses and least squares on polychoric correlations."""
