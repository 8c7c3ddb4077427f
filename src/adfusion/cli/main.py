"""The one place where what went wrong becomes one line on stderr and an exit code."""

import contextlib
import errno
import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

from adfusion.errors import UserError

BAD_INPUT = 2


class Stopped(BaseException):
    """A signal asked the command to stop. No verb and no library catches it by accident."""

    def __init__(self, number: int) -> None:
        self.number = number


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command and exit: 0 when done, 2 for bad input, 128 + the signal's number when stopped.

    Ctrl-C is 130, SIGTERM 143. Files are written under temporary names, so a stop leaves nothing half-made.
    """
    _stop_on(signal.SIGINT)
    _stop_on(signal.SIGTERM)
    try:
        code = _run(arguments)
        sys.stdout.flush()
    except UserError as error:
        code = _say(f"error: {error}", BAD_INPUT)
    except (Stopped, KeyboardInterrupt) as stop:
        number = stop.number if isinstance(stop, Stopped) else signal.SIGINT
        code = _say(f"stopped ({signal.Signals(number).name}); what was finished is kept", 128 + number)
    except BrokenPipeError:  # `adfusion … | head`: the reader has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 128 + 13
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS, errno.ENOENT):
            raise
        where = f"{error.filename}: " if error.filename else ""
        code = _say(f"error: {where}{error.strerror}", BAD_INPUT)
    except MemoryError:
        code = _say("error: not enough memory; ask for fewer or smaller pictures at once", BAD_INPUT)
    sys.exit(code)


def _run(arguments: Sequence[str] | None) -> int:
    import typer

    from adfusion.cli.app import app

    try:
        code = app(args=arguments, prog_name="adfusion", standalone_mode=False)
    except typer.Exit as stop:
        return stop.exit_code
    except typer.Abort:
        raise KeyboardInterrupt from None
    except Exception as error:
        # Usage errors, whichever copy of click this typer stands on. `adfusion` alone shows the help instead.
        explain = getattr(error, "format_message", None)
        if explain is None:
            raise
        message, command = str(explain()), _command_path(error)
        if "NoArgs" in type(error).__name__:
            print(message)
            return BAD_INPUT
        return _say(f"error: {' '.join(message.split())} (see {command} --help)", BAD_INPUT)
    return code if isinstance(code, int) else 0


def _command_path(error: Exception) -> str:
    context = getattr(error, "ctx", None)
    return str(context.command_path) if context else "adfusion"


def _say(message: str, code: int) -> int:
    with contextlib.suppress(OSError):
        print(f"adfusion: {message}", file=sys.stderr)
    return code


def _stop_on(number: signal.Signals) -> None:
    """Raise `Stopped` on this signal, unless whoever started the command had it ignored."""

    def stop(number: int, frame: FrameType | None) -> NoReturn:
        raise Stopped(number)

    with contextlib.suppress(ValueError):  # not the main thread: the host decides about signals
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, stop)
