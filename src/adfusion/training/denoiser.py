"""Learning to reverse noise: latents of pictures, conditioned on the states of their captions."""

import json
from collections.abc import Iterator
from pathlib import Path

import torch
from accelerate import Accelerator
from PIL import Image
from torch import Tensor

from adfusion import files
from adfusion.data.scenes.sheet import contact_sheet
from adfusion.diffusion import Denoiser, Streams, denoiser, guided, objectives, process, samplers, times
from adfusion.nets import DiT, TextEncoder, TextStates
from adfusion.pixels import to_pictures
from adfusion.training.latents import LatentGroups, encode_shards, pad
from adfusion.training.loop import TrainingProgress, generator_of
from adfusion.training.networks import denoiser_config
from adfusion.training.origin import base_model, check_network, remember
from adfusion.training.pictures import Order, ready_shards, step_rng
from adfusion.training.recipe import DenoiserRecipe
from adfusion.training.runs import finished_run, trained_autoencoder


class DenoiserTask:
    def __init__(self, recipe: DenoiserRecipe, run: Path) -> None:
        self.recipe, self.run = recipe, run
        self.base = base_model(recipe, run)
        if self.base is None:
            self.autoencoder, _ = trained_autoencoder(run.parent / recipe.autoencoder)
        else:
            self.autoencoder = self.base.autoencoder
        torch.manual_seed(recipe.seed)
        self.network = DiT(denoiser_config(recipe, self.autoencoder.config))
        if recipe.start_from is not None:
            if self.base is None:
                weights, _ = finished_run(run.parent / recipe.start_from)
            else:
                check_network(self.base, self.network.config)
                weights = self.base.denoiser_net.state_dict()
            kept = {
                name: weight
                for name, weight in weights.items()
                if not any(word in name for word in recipe.renew)
            }
            self.network.load_state_dict(self.network.state_dict() | kept)
        self.process = process.by_name(recipe.process)
        self.objective = (
            objectives.FlowMatching(recipe.logit_mean, recipe.logit_std)
            if recipe.objective == "flow_matching"
            else objectives.MinSNR()
        )

    def prepare(self, accelerator: Accelerator) -> Iterator[TrainingProgress]:
        recipe, self.device = self.recipe, accelerator.device
        if self.base is not None:
            remember(self.base, self.run)
        self.autoencoder.to(self.device)
        shards = yield from ready_shards(self.run, recipe.data)
        encoded = yield from encode_shards(
            self.run / "latents", shards, recipe.data, self.autoencoder, self.device
        )
        encoder = TextEncoder.load()
        self.nothing = encoder.encode([""]).states[0].half()
        self.data = LatentGroups(encoded, recipe.data.captions, self.nothing, self.device)
        if self.base is not None:
            known = self.base.card.latents
            self.data.mean, self.data.std = torch.tensor(known.mean), torch.tensor(known.std)
        statistics = {"mean": self.data.mean.tolist(), "std": self.data.std.tolist()}
        files.write_text(self.run / "latents.json", json.dumps(statistics) + "\n")
        self.order = Order(self.data.counts(), recipe.batch, recipe.seed)
        self.sample_texts = encoder.encode(recipe.sample_prompts) if recipe.sample_prompts else None

    def loss(self, step: int, share: slice) -> Tensor:
        recipe = self.recipe
        group, indices = self.order[step]
        rng = step_rng(recipe.seed, step)
        wordings = rng.integers(recipe.data.captions, size=len(indices))
        kept = rng.random(len(indices)) >= recipe.drop_caption
        x_0, text = self.data.read(
            group, indices[share], wordings[share], kept[share], recipe.tokens_multiple
        )
        random = generator_of(recipe.seed, step, self.device)
        t = self.objective.times(len(indices), random)[share]
        noise = torch.randn((len(indices), *x_0.shape[1:]), generator=random, device=self.device)[share]
        losses = objectives.loss(
            lambda x_t, at: self.network(x_t, at, text.states, text.mask),
            x_0,
            t,
            noise,
            self.process,
            recipe.prediction,
            self.objective,
        )
        return losses.mean()

    @torch.no_grad()
    def samples(self) -> Image.Image:
        """The recipe's prompts, each with its own fixed noise, drawn with guidance."""
        if self.sample_texts is None:
            return Image.new("RGB", (8, 8))
        count = len(self.sample_texts.states)
        nothing = pad([self.nothing] * count)
        denoise = guided(self._denoiser(self.sample_texts), self._denoiser(nothing), guidance_scale=3.0)
        config = self.network.config
        noise = Streams(range(count), self.device).randn((config.in_channels,) + (config.sample_size,) * 2)
        *_, last = samplers.dpmpp_2m(
            denoise, noise, times.shifted(times.trailing(20), self.recipe.shift), self.process
        )
        mean, std = self.data.mean.view(-1, 1, 1).to(noise), self.data.std.view(-1, 1, 1).to(noise)
        return contact_sheet(list(to_pictures(self.autoencoder.decode(last.sample * std + mean))), columns=8)

    def _denoiser(self, text: TextStates) -> Denoiser:
        context = self.network.text(text.states.to(self.device), text.mask.to(self.device))
        return denoiser(
            lambda x_t, t: self.network.predict(x_t, t, context), self.recipe.prediction, self.process
        )
