"""The `adfusion` command: parses, calls one function per verb, prints.

The verbs import what they need when they are called, so that `adfusion --help` answers at once.
"""

from adfusion.cli.entry import main
from adfusion.cli.verbs import app

__all__ = ["app", "main"]
