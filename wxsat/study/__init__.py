"""A study: one YAML file, validated whole, run down the street, written into one folder."""
