"""The process: configuration, transports, command line."""
