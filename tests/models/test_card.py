import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adfusion.errors import UserError
from adfusion.models import ModelCard
from adfusion.models.card import read_card


def test_a_card_survives_its_file(make_card: Callable[..., ModelCard], tmp_path: Path) -> None:
    card = make_card()
    (tmp_path / "model.json").write_text(card.to_json())
    assert read_card(tmp_path / "model.json") == card
    assert card.to_json() == read_card(tmp_path / "model.json").to_json()


def _set(*path: str | int, to: Any) -> Callable[[dict], None]:
    def edit(card: dict) -> None:
        *parents, last = path
        for step in parents:
            card = card[step]  # type: ignore[index]
        card[last] = to  # type: ignore[index]

    return edit


@pytest.mark.parametrize(
    ("edit", "complaint"),
    [
        (_set("colour", to=1), "colour: found 1: Extra inputs are not permitted"),
        (_set("denoiser", "dropout", to=0.1), "denoiser.dropout: found 0.1"),
        (_set("denoiser", "width", to="wide"), "denoiser.width: found 'wide'"),
        (_set("denoiser", "heads", to=3), "heads (3), found 16"),
        (
            _set("prediction", to="x0"),
            "prediction: found 'x0': Input should be 'epsilon', 'v', 'sample' or 'flow'",
        ),
        (_set("process", "name", to="heat"), ": process: found 'heat', allowed flow"),
        (_set("process", "speed", to=3), "speed"),
        (_set("text_encoder", "sha256", to="0" * 64), "text_encoder.sha256: found 0000"),
        (_set("latents", "std", 1, to=0), "latents.std.1: found 0"),
        (_set("latents", "mean", to=[0.0]), "latents.mean, its length: found 1, allowed: 4"),
        (_set("autoencoder", "latent_channels", to=8), "denoiser.in_channels: found 4, allowed: 8"),
        (_set("denoiser", "caption_width", to=768), "denoiser.caption_width: found 768, allowed: 384"),
        (_set("sizes", 1, to=[16, 18]), "sizes: found 16x18, allowed: multiples of 4"),
        (_set("sizes", to=[]), "sizes: found []"),
        (_set("defaults", "steps", to=0), "defaults.steps: found 0"),
        (_set("name", to="../mini"), "name: found '../mini'"),
        (_set("format", to=2), "format: found 2"),
        (
            _set("parts", to={"decoder": {"file": "x.safetensors", "sha256": "0" * 64, "parameters": 1}}),
            "'decoder'",
        ),
        (
            _set("parts", to={"denoiser": {"file": "../x.safetensors", "sha256": "0" * 64, "parameters": 1}}),
            "parts.denoiser.file: found '../x.safetensors'",
        ),
        (lambda card: card.pop("data"), "data: Field required"),
    ],
)
def test_a_wrong_card_is_refused_in_one_line(
    make_card: Callable[..., ModelCard], tmp_path: Path, edit: Callable[[dict], object], complaint: str
) -> None:
    path = tmp_path / "model.json"
    content = json.loads(make_card().to_json())
    edit(content)
    path.write_text(json.dumps(content))
    with pytest.raises(UserError) as caught:
        read_card(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert complaint in message
    assert "\n" not in message


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b'{"name": "mini"'])
def test_what_is_not_a_card_is_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model.json"
    path.write_bytes(content)
    with pytest.raises(UserError) as caught:
        read_card(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)


def test_a_missing_card_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"model\.json: cannot read: No such file"):
        read_card(tmp_path / "model.json")


@pytest.mark.parametrize("name", ["flow", "cosine", "vp_linear", "vp_scaled_linear", "ve"])
def test_every_process_is_stored_with_its_parameters(make_card: Callable[..., ModelCard], name: str) -> None:
    card: ModelCard = make_card(process={"name": name})
    stored = ModelCard.model_validate_json(
        card.model_copy(update={"process": card.make_process().config()}).to_json()
    )
    assert stored.make_process() == card.make_process()
    assert stored.process["name"] == name
