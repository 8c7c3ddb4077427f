"""What the words are worth to the denoiser, in its own currency."""

from collections.abc import Sequence

import numpy as np
import torch

from adfusion.data.scenes.caption import caption
from adfusion.data.scenes.scene import Scene
from adfusion.diffusion import objectives
from adfusion.models import Model
from adfusion.pixels import to_pixels

BATCH = 32


@torch.no_grad()
def caption_use(model: Model, scenes: Sequence[Scene], pictures: np.ndarray) -> dict[str, float]:
    """Mean training loss with a picture's own caption, with another picture's, and with none.

    pictures: uint8 (n, height, width, 3) of `scenes`. Noise and times (logit-normal) are the same for all
    three: the differences are what the words are worth.
    """
    own = [caption(scene) for scene in scenes]
    captions = {"own": own, "another picture's": own[1:] + own[:1], "no": [""] * len(own)}
    generator = torch.Generator().manual_seed(0)
    x_0 = torch.cat(
        [model.encode(to_pixels(part)) for part in np.array_split(pictures, -(-len(own) // BATCH))]
    )
    noise = torch.randn(x_0.shape, generator=generator)
    t = objectives.FlowMatching().times(len(x_0), generator)
    losses = {}
    for name, texts in captions.items():
        total = 0.0
        for start in range(0, len(texts), BATCH):
            part = slice(start, start + BATCH)
            text = model.text_encoder.encode(texts[part])
            context = model.denoiser_net.text(text.states, text.mask)
            total += float(
                objectives.loss(
                    lambda x_t, at, context=context: model.denoiser_net.predict(x_t, at, context),  # type: ignore[misc]
                    x_0[part], t[part], noise[part], model.process, model.card.prediction,
                ).sum()
            )  # fmt: skip
        losses[f"loss with {name} caption"] = total / len(texts)
    return losses
