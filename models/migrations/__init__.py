"""Alembic's steps from an empty database to what `models` declares."""
