"""A stand-in for Slack on this machine: Web API, signed deliveries, a page, sample data."""
