"""The `adfusion` command: parses, calls one function per verb, prints.

The verbs import what they need when they are called, so that `adfusion --help` answers at once.
"""

from adfusion.cli.app import app
from adfusion.cli.main import main

__all__ = ["app", "main"]
