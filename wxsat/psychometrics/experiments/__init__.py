"""Method bias met by design: list experiments, anchoring vignettes, split ballots."""
