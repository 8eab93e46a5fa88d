"""Discrepancies between sample and model: value, gradient and information, nothing else."""
