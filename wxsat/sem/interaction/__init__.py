"""Latent interactions: product indicators, simple slopes, the region where a slope is significant."""
