import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from adfusion import files
from adfusion.errors import UserError
from adfusion.models import Model, store

PARTS = ["denoiser", "autoencoder", "upsampler"]


def complaint(of: Callable[[], object]) -> str:
    """The message of the `UserError`, which is one line."""
    with pytest.raises(UserError) as caught:
        of()
    assert "\n" not in str(caught.value)
    return str(caught.value)


def edit_card(folder: Path, edit: Callable[[dict], object]) -> None:
    card = json.loads((folder / "model.json").read_text())
    edit(card)
    (folder / "model.json").write_text(json.dumps(card))


def test_a_saved_model_comes_back_with_the_same_weights(
    make_model: Callable[..., Model], tmp_path: Path
) -> None:
    model = make_model()
    saved = store.save(model, tmp_path / "tiny")
    loaded = store.load(tmp_path / "tiny")
    assert loaded.card == saved.card
    assert loaded.hash == saved.hash
    for ours, theirs in [
        (model.denoiser_net, loaded.denoiser_net),
        (model.autoencoder, loaded.autoencoder),
        (model.upsampler, loaded.upsampler),
    ]:
        assert not theirs.training
        for name, weight in theirs.state_dict().items():
            assert weight.dtype == torch.float32
            assert torch.equal(weight, ours.state_dict()[name].half().float()), name
        assert not any(weight.requires_grad for weight in theirs.parameters())


def test_weights_come_in_the_number_format_asked_for(saved: Path) -> None:
    model = store.load(saved, dtype=torch.bfloat16)
    for network in (model.denoiser_net, model.autoencoder, model.upsampler):
        assert {weight.dtype for weight in network.state_dict().values()} == {torch.bfloat16}
    noise = torch.randn(1, *model.latent_shape(*model.card.sizes[0]))
    assert model.upsample(model.decode(noise)).dtype == torch.float32


def test_a_model_is_a_folder_of_four_files_and_a_readme(saved: Path) -> None:
    names = sorted(path.name for path in saved.iterdir())
    assert names == sorted(["README.md", "model.json", *(f"{part}.safetensors" for part in PARTS)])
    card = store.load_card(saved)
    for part in PARTS:
        weights = load_file(saved / f"{part}.safetensors")
        assert card.parts[part].sha256 == files.sha256(saved / f"{part}.safetensors")
        assert card.parts[part].parameters == sum(weight.numel() for weight in weights.values())
        assert {weight.dtype for weight in weights.values()} == {torch.float16}
    assert [path.name for path in saved.parent.iterdir()] == ["tiny"]


def test_saving_a_loaded_model_again_gives_the_same_bytes(saved: Path, tmp_path: Path) -> None:
    store.save(store.load(saved), tmp_path / "again")
    for path in saved.iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes(), path.name


def test_the_readme_says_what_the_card_says(saved: Path) -> None:
    text = (saved / "README.md").read_text()
    card = store.load_card(saved)
    for fact in ["# tiny", "Random weights", "None needed.", "123,456", "psnr, dB | 31.25", "64x64, 64x96"]:
        assert fact in text
    assert all(part.sha256 in text for part in card.parts.values())


@pytest.mark.parametrize("part", PARTS)
def test_one_changed_byte_is_found_and_the_file_named(saved: Path, part: str) -> None:
    path = saved / f"{part}.safetensors"
    expected = files.sha256(path)
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    message = complaint(lambda: store.load(saved))
    assert str(path) in message
    assert f"found {files.sha256(path)}, expected {expected}" in message

    report = store.verify(saved)
    assert not report.ok
    wrong = [check for check in report.checks if check.problem]
    assert [(check.part, check.file) for check in wrong] == [(part, path.name)]
    assert wrong[0].found == files.sha256(path) != wrong[0].expected == expected


def test_an_untouched_model_verifies(saved: Path) -> None:
    report = store.verify(saved)
    assert report.ok
    assert [check.part for check in report.checks] == PARTS
    assert all(check.found == check.expected for check in report.checks)


def test_a_missing_weight_file_is_named(saved: Path) -> None:
    (saved / "autoencoder.safetensors").unlink()
    message = complaint(lambda: store.load(saved))
    assert "autoencoder.safetensors: cannot read: No such file" in message
    assert [check.found for check in store.verify(saved).checks].count(None) == 1


def test_weights_of_another_shape_are_named(saved: Path) -> None:
    edit_card(saved, lambda card: card["denoiser"].update(width=32))
    message = complaint(lambda: store.load(saved))
    assert "denoiser.safetensors: blocks.0.cross_attention.kv.bias: found (32,), allowed: (64,)" in message


@pytest.mark.parametrize("lacking", [True, False])
def test_weights_too_few_or_too_many_are_named(saved: Path, lacking: bool) -> None:
    path = saved / "upsampler.safetensors"
    weights = load_file(path)
    if lacking:
        del weights["head.bias"]
    else:
        weights["head.extra"] = torch.zeros(1)
    save_file(weights, path)
    edit_card(saved, lambda card: card["parts"]["upsampler"].update(sha256=files.sha256(path)))
    message = complaint(lambda: store.load(saved))
    expected = (
        "head.bias: found nothing, allowed: (4,)" if lacking else "head.extra: found (1,), allowed: nothing"
    )
    assert expected in message


def test_a_pickle_is_not_read_even_if_the_card_vouches_for_it(saved: Path) -> None:
    path = saved / "denoiser.safetensors"
    torch.save({"table": torch.zeros(2, 16)}, path)
    edit_card(saved, lambda card: card["parts"]["denoiser"].update(sha256=files.sha256(path)))
    message = complaint(lambda: store.load(saved))
    assert str(path) in message
    assert "not a safetensors file" in message


def test_an_unknown_model_lists_the_known_ones(monkeypatch: pytest.MonkeyPatch, saved: Path) -> None:
    monkeypatch.setattr(store, "BUNDLED", saved.parent)
    assert store.bundled() == ["tiny"]
    assert store.find("tiny") == saved
    assert complaint(lambda: store.load("huge")) == (
        "model: found 'huge', allowed: tiny or a folder with model.json"
    )


def test_a_folder_without_a_card_is_no_model(tmp_path: Path) -> None:
    for nowhere in [tmp_path, tmp_path / "missing", "", "a" * 5000, "\0"]:
        assert "model: found" in complaint(lambda nowhere=nowhere: store.load(nowhere))


def test_an_unknown_device_is_refused(saved: Path) -> None:
    assert "device: found 'toaster', allowed: cpu" in complaint(lambda: store.load(saved, "toaster"))


def test_nothing_is_overwritten_unasked(make_model: Callable[..., Model], saved: Path) -> None:
    before = {path.name: path.read_bytes() for path in saved.iterdir()}
    assert "already exists" in complaint(lambda: store.save(make_model(), saved))
    assert {path.name: path.read_bytes() for path in saved.iterdir()} == before
    home = saved.parent
    assert "already exists" in complaint(lambda: store.save(make_model(), home, overwrite=True))


def test_a_replaced_model_keeps_the_files_beside_it(make_model: Callable[..., Model], saved: Path) -> None:
    (saved / "loss.png").write_bytes(b"a curve")
    model = store.save(make_model(description="Newer."), saved, overwrite=True)
    assert store.load_card(saved) == model.card
    assert model.card.description == "Newer."
    assert (saved / "loss.png").read_bytes() == b"a curve"
    assert store.verify(saved).ok


def test_a_failed_save_leaves_what_was_there(
    make_model: Callable[..., Model], saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {path.name: path.read_bytes() for path in saved.iterdir()}

    def full(card: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store, "readme", full)
    assert "No space left" in complaint(
        lambda: store.save(make_model(description="Newer."), saved, overwrite=True)
    )
    assert {path.name: path.read_bytes() for path in saved.iterdir()} == before
    assert "No space left" in complaint(lambda: store.save(make_model(), saved.parent / "other"))
    assert [path.name for path in saved.parent.iterdir()] == ["tiny"]
