"""What was asked: an instrument read from YAML, checked, and written out again."""
