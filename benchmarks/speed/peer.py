"""The same weights in `diffusers`: what a user would run in place of this package."""

import importlib.util
import logging
import shutil
import warnings
from collections.abc import Sequence
from typing import Any

import torch
from ours import initial_noise
from torch import Tensor

from adfusion.diffusion import Streams
from adfusion.models import Model, convert
from adfusion.nets import text

MISSING = "diffusers is not installed: pip install -e '.[diffusers]'"
NO_COMPILER = "torch.compile needs a C++ compiler on the CPU, and there is no g++"


def installed() -> bool:
    return all(importlib.util.find_spec(name) for name in ("diffusers", "transformers"))


def compiles() -> bool:
    return torch.cuda.is_available() or shutil.which("g++") is not None


class Peer:
    """`PixArtAlphaPipeline` with the weights of `model`, DPM-Solver++, and MiniLM through `transformers`.

    In the number format of `model`; `compiled`: with `torch.compile` for the transformer and the decoder.
    """

    def __init__(self, model: Model, *, compiled: bool = False) -> None:
        from diffusers import DPMSolverMultistepScheduler, PixArtAlphaPipeline
        from diffusers.utils import logging as theirs
        from transformers import AutoModel, AutoTokenizer

        theirs.set_verbosity_error()
        warnings.filterwarnings("ignore", module="diffusers")
        logging.getLogger("torch._inductor").setLevel(logging.ERROR)
        folder = text.model_folder()
        self.tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        self.encoder = AutoModel.from_pretrained(folder, local_files_only=True).eval().to(model.device)
        self.model, self.vae = model, convert.to_dc(model.autoencoder).to(model.device)
        # What the pipeline reads the latents' scale from; `AutoencoderDC` does not say it by itself.
        self.vae.register_to_config(block_out_channels=model.autoencoder.config.decoder_widths)
        self.pipeline: Any = PixArtAlphaPipeline(
            tokenizer=None,
            text_encoder=None,
            vae=self.vae,
            transformer=convert.to_pixart(model.denoiser_net).to(model.device),
            scheduler=DPMSolverMultistepScheduler(
                use_flow_sigmas=True,
                prediction_type="flow_prediction",
                flow_shift=model.card.defaults.shift,
            ),
        )
        self.pipeline.set_progress_bar_config(disable=True)
        for network in (self.encoder, self.pipeline.transformer, self.vae):
            network.to(model.denoiser_net.table.dtype)
        if compiled:
            self.pipeline.transformer.compile()
            self.vae.decoder.compile()

    @torch.no_grad()
    def pixels(self, prompts: Sequence[str], seeds: Sequence[int], steps: int, scale: float) -> Tensor:
        """Pixels (b 3 h w) in [-1, 1], as our decoder gives them."""
        model, count = self.model, len(prompts)
        states, mask = self._read([*prompts, *[""] * count])
        latents = self.pipeline(
            prompt=None,
            negative_prompt=None,
            prompt_embeds=states[:count],
            prompt_attention_mask=mask[:count],
            negative_prompt_embeds=states[count:],
            negative_prompt_attention_mask=mask[count:],
            num_inference_steps=steps,
            guidance_scale=scale,
            latents=initial_noise(model, Streams(seeds, model.device)).to(states),
            output_type="latent",
            use_resolution_binning=False,
        ).images
        mean, std = (
            torch.tensor(values).to(latents)[:, None, None]
            for values in (model.card.latents.mean, model.card.latents.std)
        )
        pixels: Tensor = self.vae.decode((latents * std + mean).to(states)).sample
        return pixels.float().clamp(-1, 1)

    def _read(self, texts: list[str]) -> tuple[Tensor, Tensor]:
        tokens = self.tokenizer(texts, padding=True, truncation=True, max_length=64, return_tensors="pt")
        tokens = tokens.to(self.model.device)
        return self.encoder(**tokens).last_hidden_state, tokens["attention_mask"]
