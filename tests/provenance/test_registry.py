import json
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image, ImageEnhance

from adfusion.errors import UserError
from adfusion.provenance.fingerprint import BITS, NEAR, distance, fingerprint
from adfusion.provenance.registry import START, Registry, Row
from signable import picture


def row(number: int = 0, **changes: object) -> Row:
    said: dict[str, object] = {
        "id": f"campaign/creative-{number}", "time": "2026-08-02T00:00:00+00:00", "sha256": f"{number:064x}",
        "pixels_sha256": f"{number + 500:064x}", "fingerprint": fingerprint(picture(number)),
        "payload": 2**64 - 1 - number, "model": "mini", "model_hash": "ab" * 32,
    }  # fmt: skip
    return Row(**{**said, **changes})  # type: ignore[arg-type]


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    with Registry(tmp_path / "deep" / "registry.sqlite") as opened:
        yield opened


def rewrite(registry: Registry, command: str) -> None:
    """What someone with a database editor can do."""
    with sqlite3.connect(registry.path) as db:
        db.execute("DROP TRIGGER no_update")
        db.execute("DROP TRIGGER no_delete")
        db.execute(command)


def test_rows_come_back_as_they_were_added(registry: Registry) -> None:
    added = registry.add(row(0), row(1))
    assert list(registry) == list(added)
    assert added[0].previous == START and added[1].previous == added[0].hash
    assert registry.last_hash() == added[1].hash


def test_a_file_is_found_by_bytes_pixels_and_payload(registry: Registry) -> None:
    registry.add(*(row(number) for number in range(5)))
    ids = {
        found.id if (found := each) else None
        for each in (
            registry.by_sha256(f"{3:064x}"),
            registry.by_pixels(f"{503:064x}"),
            registry.by_payload(2**64 - 4),
        )
    }
    assert ids == {"campaign/creative-3"}
    assert registry.by_sha256("f" * 64) is None


def test_a_stripped_altered_copy_is_recognised(registry: Registry) -> None:
    originals = [picture(number, (600, 400)) for number in range(20)]
    registry.add(*(row(number, fingerprint=fingerprint(each)) for number, each in enumerate(originals)))
    copy = ImageEnhance.Brightness(originals[7].resize((300, 200))).enhance(1.1)
    [(bits, found)] = registry.near(fingerprint(copy))
    assert found.id == "campaign/creative-7" and bits <= NEAR


def test_other_pictures_are_far_off() -> None:
    prints = [fingerprint(picture(number)) for number in range(60)]
    between = [distance(one, other) for n, one in enumerate(prints) for other in prints[:n]]
    assert min(between) > NEAR
    assert distance(prints[0], prints[0]) == 0 and len(prints[0]) * 4 == BITS


def test_a_whole_chain_has_nothing_wrong(registry: Registry) -> None:
    assert registry.check() is None
    registry.add(*(row(number) for number in range(4)))
    assert registry.check() is None


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("UPDATE rows SET model = 'other' WHERE number = 2", r"row 2 .*it was changed"),
        ("DELETE FROM rows WHERE number = 2", r"row 2 .*the row before it was"),
        ("UPDATE rows SET number = 9 WHERE number = 1", r"row 1 .*the row before it was"),
    ],
)
def test_a_changed_chain_is_caught(registry: Registry, command: str, said: str) -> None:
    registry.add(*(row(number) for number in range(4)))
    rewrite(registry, command)
    with pytest.raises(AssertionError, match=said):
        assert not registry.check(), registry.check()


@pytest.mark.parametrize("command", ("UPDATE rows SET model = 'x'", "DELETE FROM rows"))
def test_rows_are_only_ever_added(registry: Registry, command: str) -> None:
    registry.add(row())
    with pytest.raises(sqlite3.IntegrityError, match="append only"), sqlite3.connect(registry.path) as db:
        db.execute(command)


def test_many_writers_make_one_chain(registry: Registry) -> None:
    def write(number: int) -> None:
        with Registry(registry.path) as own:
            own.add(row(number))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(24)))
    assert len(registry) == 24
    assert registry.check() is None


def test_the_export_can_be_checked_by_anyone(registry: Registry) -> None:
    registry.add(row(0), row(1))
    rows = [Row(**json.loads(line)) for line in registry.export()]
    assert [each.hashed(each.previous) for each in rows] == list(registry)


def test_a_file_that_is_no_registry_is_refused(tmp_path: Path) -> None:
    (tmp_path / "registry.sqlite").write_text("a text long enough to be read as a database " * 30)
    with pytest.raises(UserError, match=r"registry.sqlite: found no registry"):
        Registry(tmp_path / "registry.sqlite")


def test_the_fingerprint_does_not_depend_on_the_file_format() -> None:
    assert distance(fingerprint(picture()), fingerprint(picture().convert("RGBA"))) == 0
    assert (
        isinstance(Image.new("RGB", (1, 1)), Image.Image) and len(fingerprint(Image.new("RGB", (1, 1)))) == 64
    )
