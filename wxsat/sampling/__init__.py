"""Weights, calibration, estimates under a design, response rates."""
