"""A typed or spoken line into a draft of a visit."""
