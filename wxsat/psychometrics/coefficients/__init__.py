"""Reliability coefficients, one idea a file: bounds, hierarchical and ordinal omega, rho_A, intraclass, retest."""
