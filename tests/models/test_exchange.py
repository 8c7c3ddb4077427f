"""Our models in the folder layout of `diffusers`, and back."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from adfusion.diffusion import SAMPLERS, Streams
from adfusion.errors import UserError
from adfusion.models import store
from adfusion.models.exchange import export_model, import_model
from adfusion.models.reader import PromptReader
from adfusion.nets import DiT
from tiny_model import save_tiny_model


@pytest.fixture(scope="module", params=[0, 1], ids=["apart", "overlapping"])
def own(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.set_num_threads(1)
    place = tmp_path_factory.mktemp("exchange")
    reader = PromptReader.from_bytes((store.find("mini") / "reader.safetensors").read_bytes())
    plain = store.load(save_tiny_model(place / "plain"))
    network = DiT(replace(plain.card.denoiser, overlap=request.param))
    network.load_state_dict(plain.denoiser_net.state_dict())
    card = plain.card.model_copy(update={"denoiser": network.config})
    store.save(replace(plain, card=card, denoiser_net=network, reader=reader), place / "tiny")
    return place / "tiny"


@pytest.fixture
def exported(own: Path, tmp_path: Path) -> Path:
    return export_model(own, tmp_path / "exported")


def test_there_and_back_is_bit_for_bit(own: Path, exported: Path, tmp_path: Path) -> None:
    again = import_model(exported, tmp_path / "again")
    assert again.hash == store.load(own).hash
    names = {path.name for path in own.iterdir()}
    assert "reader.safetensors" in names
    assert names == {path.name for path in (tmp_path / "again").iterdir()}
    for name in names:
        assert (own / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


def test_the_exported_parts_draw_the_same_in_diffusers(own: Path, exported: Path) -> None:
    from diffusers import AutoencoderDC, FlowMatchEulerDiscreteScheduler, PixArtTransformer2DModel

    model, prompt, steps = store.load(own), ["a teal bottle"], 4
    noise = Streams([3], model.device).randn(model.latent_shape(64, 64))
    denoise = model.denoiser(prompt)
    with torch.no_grad():
        *_, last = SAMPLERS["euler"](denoise, noise, model.times(steps), model.process)
        ours = model.decode(last.x_t)

    transformer = PixArtTransformer2DModel.from_pretrained(exported, subfolder="transformer").float()
    vae = AutoencoderDC.from_pretrained(exported, subfolder="vae").float()
    scheduler = FlowMatchEulerDiscreteScheduler.from_pretrained(exported, subfolder="scheduler")
    scheduler.set_timesteps(sigmas=np.linspace(1, 1 / steps, steps))
    text, latents = model.text_encoder.encode(prompt), noise
    patches = model.card.denoiser.patches
    with torch.no_grad():
        for t in scheduler.timesteps:
            velocity = transformer(
                patches.side_by_side(latents),
                encoder_hidden_states=text.states,
                encoder_attention_mask=text.mask.float(),
                timestep=t.expand(1),
            ).sample
            latents = scheduler.step(patches.together(velocity), t, latents).prev_sample
        theirs = vae.decode(latents).sample.clamp(-1, 1)
    torch.testing.assert_close(latents, last.x_t, atol=2e-3, rtol=2e-3)
    assert (ours - theirs).abs().max() < 2e-3
    assert (last.x_t - noise).std() > 0.05


def test_a_changed_part_is_imported_under_its_new_hash(own: Path, exported: Path, tmp_path: Path) -> None:
    path = exported / "transformer" / "diffusion_pytorch_model.safetensors"
    weights = load_file(path)
    weights["proj_out.bias"] += 1
    save_file(weights, path)
    before, after = store.load(own).card.parts, import_model(exported, tmp_path / "again").card.parts
    assert after["denoiser"].sha256 != before["denoiser"].sha256
    assert after["autoencoder"] == before["autoencoder"]


def test_what_does_not_fit_is_said(exported: Path, tmp_path: Path) -> None:
    (exported / "adfusion" / "reader.safetensors").write_bytes(b"none")
    with pytest.raises(UserError, match=r"reader\.safetensors: cannot be read"):
        import_model(exported, tmp_path / "again")
    path = exported / "vae" / "diffusion_pytorch_model.safetensors"
    path.write_bytes(b"none")
    with pytest.raises(UserError, match=r"vae.*not a safetensors file"):
        import_model(exported, tmp_path / "again")
    (exported / "adfusion" / "model.json").unlink()
    with pytest.raises(UserError, match=r"model\.json: cannot read"):
        import_model(exported, tmp_path / "again")
    assert not (tmp_path / "again").exists()


def test_an_export_replaces_nothing(own: Path, exported: Path) -> None:
    with pytest.raises(UserError, match="already exists"):
        export_model(own, exported)
