"""Tables, pages and documents to files and texts, one format a file."""
