"""A picture from a cold start with `diffusers`, as its documentation does it: no import of this package.

python cold_diffusers.py PROMPT EXPORTED TEXT_ENCODER STEPS SCALE COUNT OUT.png
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
from diffusers import (
    AutoencoderDC,
    DPMSolverMultistepScheduler,
    PixArtAlphaPipeline,
    PixArtTransformer2DModel,
)
from PIL import Image
from transformers import AutoModel, AutoTokenizer

ENLARGED = 4


@torch.no_grad()
def main(
    prompt: str, exported: Path, text_encoder: str, steps: int, scale: float, count: int, out: Path
) -> None:
    card = json.loads((exported / "adfusion" / "model.json").read_text())
    tokenizer = AutoTokenizer.from_pretrained(text_encoder, local_files_only=True)
    encoder = AutoModel.from_pretrained(text_encoder, local_files_only=True).eval()
    scheduler = DPMSolverMultistepScheduler(
        use_flow_sigmas=True, prediction_type="flow_prediction", flow_shift=card["defaults"]["shift"]
    )
    vae = AutoencoderDC.from_pretrained(exported, subfolder="vae").float()
    vae.register_to_config(
        block_out_channels=vae.config.decoder_block_out_channels
    )  # the pipeline asks for it
    pipeline = PixArtAlphaPipeline(
        tokenizer=None,
        text_encoder=None,
        vae=vae,
        transformer=PixArtTransformer2DModel.from_pretrained(exported, subfolder="transformer").float(),
        scheduler=scheduler,
    )
    tokens = tokenizer([prompt] * count + [""] * count, padding=True, return_tensors="pt")
    states, mask = encoder(**tokens).last_hidden_state, tokens["attention_mask"]
    latents = pipeline(
        prompt=None,
        negative_prompt=None,
        prompt_embeds=states[:count],
        prompt_attention_mask=mask[:count],
        negative_prompt_embeds=states[count:],
        negative_prompt_attention_mask=mask[count:],
        num_inference_steps=steps,
        guidance_scale=scale,
        generator=torch.Generator().manual_seed(0),
        output_type="latent",
        use_resolution_binning=False,
    ).images
    mean, std = (torch.tensor(card["latents"][name])[:, None, None] for name in ("mean", "std"))
    pixels = pipeline.vae.decode(latents * std + mean).sample
    levels = ((pixels.clamp(-1, 1) + 1) * 127.5).round().byte().permute(0, 2, 3, 1).numpy()
    image = Image.fromarray(np.concatenate(list(levels)))
    image = image.resize((ENLARGED * image.width, ENLARGED * image.height), Image.Resampling.LANCZOS)
    temporary = out.with_suffix(".part")
    image.save(temporary, "PNG")
    temporary.rename(out)


if __name__ == "__main__":
    prompt, exported, text_encoder, steps, scale, count, out = sys.argv[1:]
    main(prompt, Path(exported), text_encoder, int(steps), float(scale), int(count), Path(out))
