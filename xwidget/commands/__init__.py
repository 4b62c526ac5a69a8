"""The command line: each command is a file with its arguments and what it does."""
