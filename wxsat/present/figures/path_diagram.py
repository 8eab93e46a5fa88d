"""The path diagram of a fitted model: layers from cause to outcome, standardised coefficients on the arrows."""
