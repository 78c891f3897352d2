"""Taking a file's rows over into the tables: which are new, which changed, which cannot be."""
