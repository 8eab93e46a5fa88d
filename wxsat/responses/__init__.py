"""What was answered: read from any file, coded, screened and cleaned with a ledger of every exclusion."""
