"""The error of a command that cannot do what it was asked."""


class CommandError(Exception):
    """Its message is the one line that the user sees."""
