"""The sections of a report, one file each: content -> Section, every number recorded as it is printed."""
