"""Dimensions: is there anything to factor, how many factors, their loadings, rotation and scores."""
