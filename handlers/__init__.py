"""What people ask, one module per feature."""
