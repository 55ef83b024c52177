"""The base of all errors that an admin can mend."""


class AdminError(Exception):
    """Something is not set up right; the message is one line that says what, and what to do."""
