"""Other systems' row shapes to and from ours. No network, no session."""
