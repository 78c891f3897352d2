"""What is true: tables, rules and queries. Knows no Slack and opens no network connection."""
