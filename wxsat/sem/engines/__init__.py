"""Engines: what turns a parameter table and moments into estimates, behind one small interface."""
