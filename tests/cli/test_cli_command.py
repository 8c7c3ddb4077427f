"""The command itself: quick to start, honest in its exit codes."""

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

import adfusion as package
from command_line import Adfusion

HEAVY = ("torch", "numpy", "transformers", "numba", "skia", "matplotlib", "PIL", "pydantic")


def test_help_and_version_import_nothing_heavy() -> None:
    program = f"""
import sys
from adfusion.cli import main
try:
    main([sys.argv[1]])
except SystemExit:
    print([name for name in {HEAVY!r} if name in sys.modules])
"""
    for option in ("--help", "--version"):
        done = subprocess.run(
            [sys.executable, "-c", program, option], capture_output=True, text=True, check=True
        )
        assert done.stdout.splitlines()[-1] == "[]"


def imported(*commands: tuple[object, ...]) -> set[str]:
    """The modules that commands leave behind in a process of their own."""
    program = """
import contextlib, io, json, sys
from adfusion.cli import main
for command in json.loads(sys.argv[1]):
    with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):
        main(command)
print(*sys.modules)
"""
    words = json.dumps([[str(word) for word in command] for command in commands])
    done = subprocess.run([sys.executable, "-c", program, words], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_what_draws_nothing_imports_no_torch() -> None:
    modules = imported(("check", "."), ("verify", "none.png"), ("campaign", "none.yaml", "-o", "."))
    assert "adfusion.campaigns" in modules
    assert "torch" not in modules


def test_drawing_imports_neither_transformers_nor_a_compiler(model: Path, tmp_path: Path) -> None:
    modules = imported(("generate", "a mug", "--model", model, "-o", tmp_path))
    assert next(tmp_path.glob("a-mug-0.png"))
    assert "torch" in modules
    assert not {"transformers", "torch._dynamo", "sympy", "numba", "skia", "matplotlib"} & modules


def test_importing_the_package_imports_nothing_heavy() -> None:
    program = f"import adfusion, sys; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_version_is_the_packages(adfusion: Adfusion) -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    if "version" in project:
        assert project["version"] == package.__version__
    assert adfusion("--version").out == f"adfusion {package.__version__}\n"


@pytest.mark.parametrize("verb", ["generate", "campaign", "models", "scenes", "train"])
def test_every_verb_explains_itself(adfusion: Adfusion, verb: str) -> None:
    done = adfusion(verb, "--help")
    assert done.code == 0
    assert re.search(r"Usage: adfusion " + verb, done.out)


def test_an_unknown_verb_is_one_line_and_code_2(refused: Callable[..., str]) -> None:
    assert "paint" in refused("paint")


def test_a_full_standard_output_is_one_line_and_code_2(
    process: Callable[..., "subprocess.Popen[str]"],
) -> None:
    with Path("/dev/full").open("w") as full:
        running = process("--version", stdout=full)
        _, stderr = running.communicate(timeout=60)
    assert (running.returncode, stderr) == (2, "adfusion: error: standard output: No space left on device\n")


def test_scenes_draws_a_sheet(adfusion: Adfusion, tmp_path: Path) -> None:
    done = adfusion("scenes", "-n", 3, "--side", 32, "--product", "mug", "-o", tmp_path / "sheet.png")
    assert (done.code, done.out) == (0, f"{tmp_path / 'sheet.png'}\n")
    with Image.open(tmp_path / "sheet.png") as image:
        assert image.width > 64


def test_scenes_refuses_an_unknown_product(refused: Callable[..., str], tmp_path: Path) -> None:
    line = refused("scenes", "--product", "spaceship", "-o", tmp_path / "sheet.png")
    assert "spaceship" in line
    assert "bottle" in line


def test_train_refuses_a_missing_recipe(refused: Callable[..., str], tmp_path: Path) -> None:
    assert "none.yaml" in refused("train", tmp_path / "none.yaml", "-o", tmp_path / "run")
