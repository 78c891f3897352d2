"""What is handed in: activity, closings, pipeline and the rest, as columns, rows and totals."""
