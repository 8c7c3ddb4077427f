"""`adfusion evaluate`: mistakes are one line, before anything is drawn."""

from collections.abc import Callable
from pathlib import Path

from command_line import Adfusion


def test_an_unknown_model_is_refused(refused: Callable[..., str]) -> None:
    assert "model: found 'nowhere'" in refused("evaluate", "nowhere")


def test_its_help_says_what_is_reported(adfusion: Adfusion) -> None:
    done = adfusion("evaluate", "--help")
    assert done.code == 0
    assert "98 of 100" in " ".join(done.out.split())


def test_a_file_in_the_way_is_refused(refused: Callable[..., str], model: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    assert "found a file" in refused("evaluate", model, "-o", tmp_path / "taken")
