"""A training recipe: every number that decides what a run produces, in one YAML file."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    PositiveInt,
    PrivateAttr,
    Tag,
    TypeAdapter,
    ValidationError,
    field_validator,
    model_validator,
)

from adfusion.data.folder import read_photos
from adfusion.data.parquet import find_shards, read_rows
from adfusion.data.photo import KEPT_SIDE, Photo, Unusable
from adfusion.data.scenes.scene import PRODUCTS, Scene
from adfusion.data.scenes.split import held_out
from adfusion.errors import UserError

Side = Annotated[int, Field(ge=8, le=KEPT_SIDE)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SceneData(_Strict):
    """Which scenes a network learns from. Scene number n is the same on every machine."""

    scenes: int = Field(gt=0)
    """How many different scenes, numbered from `first`."""
    first: int = Field(0, ge=0)
    sizes: tuple[tuple[int, int], ...] = ((128, 128),)
    """(width, height) of each aspect bucket in pixels. A size named twice gets twice the share."""
    captions: int = Field(2, gt=0)
    """Wordings of each scene's caption; only the denoiser reads them."""
    plain: float = Field(0.0, ge=0, le=1)
    """Share of the captions that are plain (`adfusion.data.scenes.plain`)."""
    hold_out: bool = False
    """Leave out the combinations of `adfusion.data.scenes.split`; only denoisers and students heed it."""
    weights: dict[str, PositiveInt] = Field(default_factory=dict)
    """How often each pass over the scenes shows those of a product, each time in other words; once where it
    is not named. For shapes that are harder to learn. Only denoisers and students heed it."""

    @field_validator("weights")
    @classmethod
    def _products_are_known(cls, weights: dict[str, int]) -> dict[str, int]:
        if unknown := sorted(weights.keys() - set(PRODUCTS)):
            raise ValueError(f"found {unknown[0]!r}, allowed: {', '.join(PRODUCTS)}")
        return weights

    def learnt(self, scenes: Sequence[Scene]) -> list[tuple[int, int]]:
        """Places of the scenes that are learnt from, each with how often it came before in the same pass."""
        return [
            (place, turn)
            for place, scene in enumerate(scenes)
            if not (self.hold_out and held_out(scene))
            for turn in range(self.weights.get(scene.product or "", 1))
        ]


class _PhotoData(_Strict):
    """Pictures of somebody's own, each with one caption. Files are named from the recipe's folder."""

    rights: str = Field(min_length=1)
    """By what right they may be learnt from; it goes into the run's record and the model's ledger."""
    sizes: tuple[tuple[Side, Side], ...] = Field(((128, 128),), min_length=1)
    """(width, height) of each aspect bucket in pixels; a picture goes into the nearest."""
    skip_bad: bool = False
    """Leave out pictures that cannot be used, with a line for each, rather than stop before training."""
    captions: ClassVar[int] = 1
    _home: Path = PrivateAttr(Path())

    def model_post_init(self, context: Any) -> None:
        self._home = (context or {}).get("home", Path())


class FolderData(_PhotoData):
    """Pictures of a folder, in the layout of `adfusion.data.folder`."""

    folder: str

    @property
    def name(self) -> str:
        return self.folder

    def read(self) -> Iterator[Photo | Unusable]:
        return read_photos(self._home / self.folder)


class ParquetData(_PhotoData):
    """Pictures in Parquet files, in the layout of `adfusion.data.parquet`."""

    parquet: tuple[str, ...] = Field(min_length=1)
    """Files, or patterns such as `train-*.parquet`."""
    image: str = "image"
    """The column of the pictures."""
    caption: str = "text"
    """The column of their captions."""

    @property
    def name(self) -> str:
        return ", ".join(self.parquet)

    def read(self) -> Iterator[Photo | Unusable]:
        for shard in find_shards(self.parquet, self._home):
            yield from read_rows(shard, self.image, self.caption)


def _kind(data: Any) -> str:
    said = data if isinstance(data, dict) else vars(data)
    return next((kind for kind in ("folder", "parquet") if kind in said), "scenes")


PhotoData = FolderData | ParquetData
PictureData = Annotated[
    Annotated[SceneData, Tag("scenes")]
    | Annotated[FolderData, Tag("folder")]
    | Annotated[ParquetData, Tag("parquet")],
    Discriminator(_kind),
]


class Optimizer(_Strict):
    """AdamW (Loshchilov & Hutter 2019): warm-up, constant rate, cool-down, all counted in pictures."""

    learning_rate: float = Field(gt=0)
    muon: float | None = Field(None, gt=0)
    """Learning rate of Muon (`training.muon`) for the matrices and kernels between a network's
    first layer and its last; without it AdamW trains them too."""
    cool_down: float = Field(0.2, ge=0, le=1)
    """Share of the pictures, the last ones, over which the rate falls to zero."""
    warm_up: int = Field(0, ge=0)
    betas: tuple[float, float] = (0.9, 0.99)
    weight_decay: float = Field(0.0, ge=0)
    clip: float = Field(1.0, gt=0)
    """Largest norm of the gradient."""


class _Recipe(_Strict):
    name: str
    seed: int = 0
    pictures: int = Field(gt=0)
    """Pictures seen in all, repeats counted."""
    batch: int = Field(gt=0)
    data: PictureData
    optimizer: Optimizer
    ema_half_life: int = Field(2000, gt=0)
    """Pictures after which a weight's old value counts half in the average that is kept."""
    precision: Literal["no", "bf16", "fp16"] = "no"
    """Of the arithmetic; weights stay in float32. `bf16` pays on GPUs, and on CPUs with `avx512_bf16`."""
    compile: bool = False
    """Compile the network (`torch.compile`): pays in long runs on GPUs."""
    log_every: int = Field(1000, gt=0)
    checkpoint_every: int = Field(10_000, gt=0)
    samples_every: int = Field(20_000, gt=0)

    @property
    def tokens_multiple(self) -> int:
        """To what captions are padded: a compiled network is compiled anew for each length."""
        return 32 if self.compile else 1


class AutoencoderNetwork(_Strict):
    """Channels and residual blocks of each level, from full resolution down (`AutoencoderConfig`)."""

    latent_channels: int = 8
    widths: tuple[int, ...] = (24, 48, 96, 192)
    encoder_blocks: tuple[int, ...] = (0, 1, 2, 2)
    decoder_blocks: tuple[int, ...] = (0, 2, 3, 4)


class AutoencoderRecipe(_Recipe):
    train: Literal["autoencoder"]
    network: AutoencoderNetwork = AutoencoderNetwork()
    crop: int = Field(128, gt=0, multiple_of=8)
    """Side of the square that is cut from each picture."""
    absolute_weight: float = Field(0.2, ge=0)
    """Weight of the L1 distance beside the squared one."""
    edge_weight: float = Field(0.1, ge=0)
    """Weight of the L1 distance of the pictures' gradients, which keeps edges sharp."""
    start_from: str | None = None
    """The finished run, beside this one, whose averaged weights are the first. None starts at random."""
    keep_latents: bool = False
    """Only the decoder learns. Latents stay those of `start_from`, and what draws them stays good."""
    latents_of: str | None = None
    """A finished run beside this one, of any shape, whose latents the first channels shall be, or all: its
    denoisers can be used with the new autoencoder, or need only learn what the others add."""
    latents_weight: float = Field(0.05, gt=0)
    """Weight of the squared distance to them, in deviations of each channel."""
    latent_noise: float = Field(0.05, ge=0)
    """Standard deviation of noise on the latents: the decoder learns to bear the denoiser's small errors."""
    corrupted_share: float = Field(0.0, ge=0, le=1)
    """Share of crops whose latents are corrupted far more, so that what matters most outlasts the most noise
    (Yang et al. 2025, "Latent Denoising Makes Good Tokenizers", arXiv:2507.15856)."""
    corruption: float = Field(1.0, gt=0)
    """Their noise has up to so many standard deviations of each channel, any amount as often as any other."""
    scale_weight: float = Field(0.0, ge=0)
    """Weight of the same distances at half the side: latents averaged to half their side must decode to the
    picture averaged to half of its own, so that coarse and fine are parted in latents as in pictures and
    denoisers learn them sooner (Skorokhodov et al. 2025, "Improving the Diffusability of Autoencoders",
    arXiv:2502.14831)."""
    latent_weight: float = Field(1e-4, ge=0)
    """Weight of the mean square of the latents: keeps them small."""

    @model_validator(mode="after")
    def _there_are_latents_to_keep(self) -> Self:
        if self.keep_latents and self.start_from is None:
            raise ValueError("start_from: found none, allowed with keep_latents: a run, for its latents")
        return self

    @model_validator(mode="after")
    def _half_a_crop_has_latents(self) -> Self:
        if self.scale_weight and self.crop % 16:
            raise ValueError(f"crop: found {self.crop}, allowed with scale_weight: multiples of 16")
        return self


class DenoiserNetwork(_Strict):
    width: int = 320
    heads: int = 5
    depth: int = 8
    patch_size: int = 2
    overlap: int = 0
    centred: bool = False


class DenoiserRecipe(_Recipe):
    train: Literal["denoiser"]
    autoencoder: str = "autoencoder"
    """The run, beside this one, whose autoencoder makes the latents."""
    network: DenoiserNetwork = DenoiserNetwork()
    start_from: str | None = None
    """The finished run, beside this one, whose averaged weights are the first, or a model (a name or folder),
    whose autoencoder and latent statistics are taken too. None starts at random."""
    renew: tuple[str, ...] = ()
    """With `start_from`: weights whose name holds one of these words start at random all the same."""
    process: Literal["flow", "cosine", "vp_linear", "vp_scaled_linear", "ve"] = "flow"
    prediction: Literal["epsilon", "v", "sample", "flow"] = "flow"
    objective: Literal["flow_matching", "min_snr"] = "flow_matching"
    logit_mean: float = 0.0
    """Of the logit-normal times of flow matching. Small latents of smooth pictures show their layout through
    much noise: what words decide is decided near time 1, so they want a mean well above 0."""
    logit_std: float = Field(1.0, gt=0)
    shift: float = Field(1.0, gt=0)
    """Of the time grid of the sample grids: above 1 spends more steps near time 1."""
    drop_caption: float = Field(0.1, ge=0, le=1)
    """Share of pictures learnt without their caption, for classifier-free guidance."""
    sample_prompts: tuple[str, ...] = ()


class _Guide(_Strict):
    """What the teacher's paths are led away from, beside what it draws without words."""

    scale: float = Field(gt=0)
    """How far they are led away."""
    start: float = Field(1.0, gt=0, le=1)
    """The time at which it begins: what is decided before, layout and colours, is left alone."""


class PerturbedAttention(_Guide):
    """The teacher itself, in one block without self-attention (Ahn et al. 2024, arXiv:2403.17377, eq. 13)."""

    block: int = Field(ge=0)
    """Counted from 0."""


class Autoguidance(_Guide):
    """A teacher that has learnt less (Karras et al. 2024, arXiv:2406.02507): led on the way from it to the
    present one, paths go further than that has come."""

    teacher: str
    """The finished run, beside this one, of a denoiser of the same shape, for the same latents."""


class StudentRecipe(_Recipe):
    """`data` gives words and sizes: the teacher draws one path for each scene, and no scene is rendered."""

    train: Literal["student"]
    data: SceneData
    teacher: str = "denoiser"
    """The finished run, beside this one, whose denoiser is the teacher, and the start if nothing else is."""
    start_from: str | None = None
    """The finished run, beside this one, of a student whose averaged weights are the first."""
    path_steps: int = Field(20, gt=0)
    """Of the teacher's sampler."""
    shift: float = Field(1.0, gt=0)
    """Of its time grid, and the student's."""
    guidance_scales: tuple[float, float] = (1.0, 8.0)
    """Range of the teacher's guidance, which is an input of the student."""
    perturbed_attention: PerturbedAttention | None = None
    autoguidance: Autoguidance | None = None
    noise_scales: tuple[Annotated[float, Field(gt=0)], Annotated[float, Field(gt=0)]] = (1.0, 1.0)
    """Range of the noise's standard deviation at the beginning of a path."""
    coarse_start: bool = False
    """The student's patches lie side by side at time 1, whatever those of its teacher do: a first step of a
    quarter of the tokens."""
    steps: tuple[int, ...] = (1, 2, 4)
    """Numbers of steps that are practised most, more often if named more often; each divides `path_steps`."""
    drop_caption: float = Field(0.05, ge=0, le=1)
    """Share of paths without words."""
    sample_prompts: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _steps_are_on_the_path(self) -> Self:
        if wrong := [steps for steps in self.steps if steps < 1 or self.path_steps % steps]:
            raise ValueError(f"steps: found {wrong[0]}, allowed: divisors of path_steps, {self.path_steps}")
        return self


class UpsamplerNetwork(_Strict):
    channels: int = 48
    blocks: int = 6
    scale: int = Field(4, ge=2, le=16)
    """How many times a side grows."""
    fine_channels: int = Field(0, ge=0)
    """Of convolutions at half of the final side; 0 has none."""
    warp: bool = False
    """Pixels are also taken from places nearby, which makes edges steep."""

    @model_validator(mode="after")
    def _half_of_the_side_is_whole(self) -> Self:
        if self.fine_channels and self.scale % 2:
            raise ValueError(f"scale: found {self.scale}, allowed with fine_channels: even numbers")
        return self


class UpsamplerRecipe(_Recipe):
    train: Literal["upsampler"]
    autoencoder: str = "autoencoder"
    network: UpsamplerNetwork = UpsamplerNetwork()
    crop: int = Field(48, gt=0, multiple_of=8)
    """Side of the small square that is enlarged."""
    decoded_share: float = Field(0.75, ge=0, le=1)
    """Share of small pictures that went through the autoencoder first, as generated ones do."""
    edge_weight: float = Field(0.0, ge=0)
    """Weight of the L1 distance of the pictures' gradients. It softens edges whose exact place the small
    picture does not tell: of all guesses the flat one is then the nearest."""


class ProbeNetwork(_Strict):
    width: int = 32
    blocks: int = 2


class ProbeRecipe(_Recipe):
    train: Literal["probe"]
    data: SceneData
    network: ProbeNetwork = ProbeNetwork()
    blur: float = Field(0.5, ge=0, le=1)
    """Share of pictures that are softened, as those of a generator may be."""
    noise: float = Field(0.04, ge=0)
    """Largest standard deviation of noise on the pixels, of a range of 2."""


class ReaderNetwork(_Strict):
    width: int = 192
    heads: int = 6
    depth: int = 2


class ReaderRecipe(_Recipe):
    """`pictures` and `batch` count sentences (`adfusion.data.scenes.sentences`); none is drawn."""

    train: Literal["reader"]
    data: None = None  # type: ignore[assignment]
    first: int = Field(0, ge=0)
    """Number of the first sentence."""
    network: ReaderNetwork = ReaderNetwork()
    sample_prompts: tuple[str, ...] = ()


class LoraRecipe(_Recipe):
    """Low-rank changes of a finished model's denoiser. `adfusion finetune` makes it; `data` are the scenes
    that remind the network of what it knows (prior preservation, Ruiz et al., arXiv:2208.12242, eq. 2)."""

    train: Literal["lora"] = "lora"
    data: SceneData
    model_hash: str
    """Of the model that is changed."""
    rank: int = Field(ge=1, le=256)
    prior: float = Field(0.5, ge=0, lt=1)
    """Share of each batch that is scenes rather than the brand's pictures."""
    logit_mean: float = 0.0
    logit_std: float = Field(1.0, gt=0)
    drop_caption: float = Field(0.1, ge=0, le=1)


FileRecipe = AutoencoderRecipe | DenoiserRecipe | StudentRecipe | UpsamplerRecipe | ProbeRecipe | ReaderRecipe
"""What a recipe file may hold."""
Recipe = FileRecipe | LoraRecipe
_ADAPTER: TypeAdapter[FileRecipe] = TypeAdapter(Annotated[FileRecipe, Field(discriminator="train")])


def load_recipe(path: Path) -> FileRecipe:
    """Read and check a recipe. Raises `UserError` naming the file and the first wrong field."""
    try:
        content = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(
            f"{path}: cannot read the recipe: {getattr(error, 'strerror', None) or error}"
        ) from error
    except yaml.YAMLError as error:
        raise UserError(f"{path}: not valid YAML: {' '.join(str(error).split())}") from error
    try:
        return _ADAPTER.validate_python(content, context={"home": Path(path).parent})
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "recipe"
        raise UserError(f"{path}: {field}: found {first['input']!r}: {first['msg']}") from error
