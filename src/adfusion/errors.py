"""Errors that a person caused and can mend."""


class UserError(Exception):
    """Bad input. The message is one line: where (file or option), field, found, allowed.

    The command line prints it and exits with code 2; Python callers can catch it by this one name.
    """
