"""Missing answers: which are missing together, whether at random, and scale means after multiple imputation."""
