"""What people already have -> a draft of an instrument: one file a format, one shape for what they found."""
