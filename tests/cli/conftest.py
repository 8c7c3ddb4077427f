import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from adfusion.cli import main
from command_line import Adfusion, Finished, own_lines
from tiny_model import save_tiny_model


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole model on disk, with small random weights."""
    torch.set_num_threads(1)
    return save_tiny_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture
def adfusion(capfd: pytest.CaptureFixture[str]) -> Adfusion:
    """Run the command as its entry point does, in this process."""

    def run(*arguments: object) -> Finished:
        capfd.readouterr()
        with pytest.raises(SystemExit) as stop:
            main([str(argument) for argument in arguments])
        captured = capfd.readouterr()
        return Finished(int(stop.value.code or 0), captured.out, own_lines(captured.err))

    return run


@pytest.fixture
def refused(adfusion: Adfusion) -> Callable[..., str]:
    """Run the command, which must fail with exit code 2 and one line; gives that line."""

    def run(*arguments: object) -> str:
        done = adfusion(*arguments)
        assert done.code == 2
        assert done.out == ""
        line, newline, more = done.err.partition("\n")
        assert (newline, more) == ("\n", "")
        assert line.startswith("adfusion: error: ")
        return line

    return run


@pytest.fixture
def process() -> Callable[..., "subprocess.Popen[str]"]:
    """Start the command in a process of its own, which hears Ctrl-C even where the tests run in a shell's
    background, where it is ignored."""

    def hear() -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    def start(*arguments: object, **options: object) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "adfusion", *(str(argument) for argument in arguments)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **options}
        return subprocess.Popen(command, preexec_fn=hear, **pipes)  # type: ignore[call-overload]

    return start
