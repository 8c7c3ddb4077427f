"""The networks that recipes ask for."""

from adfusion.errors import UserError
from adfusion.nets import AutoencoderConfig, DiTConfig, UpsamplerConfig
from adfusion.training.recipe import AutoencoderNetwork, DenoiserRecipe, UpsamplerNetwork


def autoencoder_config(shape: AutoencoderNetwork) -> AutoencoderConfig:
    """Raises `ValueError` for numbers that do not fit together."""
    return AutoencoderConfig(
        latent_channels=shape.latent_channels,
        encoder_widths=shape.widths,
        encoder_blocks=shape.encoder_blocks,
        decoder_widths=shape.widths,
        decoder_blocks=shape.decoder_blocks,
    )


def denoiser_config(recipe: DenoiserRecipe, latents: AutoencoderConfig) -> DiTConfig:
    """The network for such latents; positions count patches on a square of the first size's area.

    Raises `UserError` for numbers that do not fit together.
    """
    width, height = recipe.data.sizes[0]
    try:
        return DiTConfig(
            sample_size=round((width * height) ** 0.5 / latents.factor),
            patch_size=recipe.network.patch_size,
            in_channels=latents.latent_channels,
            out_channels=latents.latent_channels,
            width=recipe.network.width,
            heads=recipe.network.heads,
            depth=recipe.network.depth,
            overlap=recipe.network.overlap,
            centred=recipe.network.centred,
        )
    except ValueError as error:
        raise UserError(f"{recipe.name}: network: {error}") from error


def upsampler_config(shape: UpsamplerNetwork) -> UpsamplerConfig:
    return UpsamplerConfig(**shape.model_dump())
