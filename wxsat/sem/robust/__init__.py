"""Inference that survives non-normal data: casewise contributions instead of fourth-moment matrices."""
