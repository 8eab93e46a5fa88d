"""Results to tables in one language, one topic a file; cells at full precision, names from the instrument."""
