"""Results to something one can look at; the only place that rounds and draws."""
