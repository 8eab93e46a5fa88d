"""Is the same thing measured in every group and at every wave: ladder, partial invariance, effect sizes, alignment."""
