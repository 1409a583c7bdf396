"""The command line: main.py is its table of contents, every command has one file."""
