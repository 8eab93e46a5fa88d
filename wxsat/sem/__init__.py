"""Structural equation models: text to one ParameterTable to a result; the folder names are the theory."""
