"""The command line: a thin skin over the library, heavy imports inside each command."""
