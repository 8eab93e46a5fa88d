"""Tests of parameters, restrictions and models; pure functions of estimates, information and residuals."""
