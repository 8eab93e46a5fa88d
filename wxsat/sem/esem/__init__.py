"""Exploratory structural equation models: blocks of factors whose loadings are rotated inside a fitted model."""
