"""The denoiser: a diffusion transformer that reads a prompt by cross-attention.

Peebles & Xie, "Scalable Diffusion Models with Transformers" (arXiv:2212.09748), with the single shared
modulation (adaLN-single) of Chen et al., "PixArt-alpha" (arXiv:2310.00426, section 2.3 and figure 4).
On equal weights it gives the numbers of `diffusers.PixArtTransformer2DModel` (see `adfusion.models.convert`).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn

from adfusion.nets.linear import Linear, Mlp
from adfusion.nets.patches import Patches


@dataclass(frozen=True)
class DiTConfig:
    """Shape of a `DiT`.

    `sample_size` is the side, in latent pixels, of the square on which positions count whole patches; other
    sizes and aspect ratios are allowed at any time. Raises `ValueError` for numbers that do not fit together.
    """

    sample_size: int = 16
    patch_size: int = 2
    in_channels: int = 4
    out_channels: int = 4
    width: int = 320
    heads: int = 5
    depth: int = 10
    caption_width: int = 384
    interpolation_scale: float = 1.0
    overlap: int = 0
    """How many latent pixels a patch shares with the next one. What is said twice is averaged: more
    arithmetic and calmer pictures from as many weights."""
    centred: bool = False
    """Whether positions of other sizes are centred on those of the square, at their spacing, so that what the
    network knows of shapes holds in all sizes. Else they are stretched to its sides, as PixArt's are."""
    coarse_start: bool = False
    """Whether at time 1 patches lie side by side and only later overlap: pure noise shows nothing that is
    finer, and a quarter of the tokens does (Anagnostidis et al. 2025, FlexiDiT, arXiv:2502.20126). What they
    answer reaches half a patch into their neighbours, so that fewer seams are left between them."""
    distilled: bool = False
    """Whether the network is the average velocity of a guided teacher: told the length of the step and the
    guidance scale too (`adfusion.training.distillation`)."""

    def __post_init__(self) -> None:
        sides = (self.sample_size, self.patch_size, self.in_channels, self.out_channels)
        if min(*sides, self.width, self.heads, self.depth, self.caption_width) < 1:
            raise ValueError("every number must be at least 1")
        if self.width % self.heads or self.width % 4:
            raise ValueError(f"width must be a multiple of 4 and of heads ({self.heads}), found {self.width}")
        self.patches.grid(self.sample_size, self.sample_size)
        if self.interpolation_scale <= 0:
            raise ValueError(f"interpolation_scale must be above 0, found {self.interpolation_scale}")

    @property
    def patches(self) -> Patches:
        return Patches(self.patch_size, self.overlap)

    def spacing(self, patches: Patches) -> float:
        """By what positions are divided: patches that overlap lie closer."""
        return self.interpolation_scale * patches.size / patches.stride


@dataclass(frozen=True)
class Context:
    """A prompt as the blocks see it: it does not depend on `x_t` or `t`, so a sampler needs it only once.

    `keys_values` holds for each block a pair of (batch, heads, tokens, width / heads); `bias`, of shape
    (batch, 1, 1, tokens), is added to the attention scores: 0 keeps a token, -10000 hides it.
    """

    keys_values: tuple[tuple[Tensor, Tensor], ...]
    bias: Tensor


class DiT(nn.Module):
    """Network output for noisy latents, times and the token states of prompts; untrained, it is zero."""

    blocks: Sequence["Block"]

    def __init__(self, config: DiTConfig) -> None:
        super().__init__()
        self.config = config
        width, patch_area = config.width, config.patch_size**2
        self.patch = Linear(config.in_channels * patch_area, width)
        self.time = _embedder(width)
        if config.distilled:
            self.span, self.guidance = _embedder(width), _embedder(width)
        self.modulation = Linear(width, 6 * width)
        self.caption = Mlp(config.caption_width, width, width, "tanh")
        self.blocks = nn.ModuleList(  # type: ignore[assignment]
            Block(width, config.heads) for _ in range(config.depth)
        )
        self.table = nn.Parameter(torch.empty(2, width))
        self.out = Linear(width, config.out_channels * patch_area)
        if config.coarse_start:
            margin = config.patch_size // 2
            self.coarse_out = nn.ConvTranspose2d(
                width, config.out_channels, config.patch_size + 2 * margin, config.patch_size, padding=margin
            )
        self.initialize()

    def forward(
        self,
        x: Tensor,
        t: Tensor,
        text: Tensor,
        text_mask: Tensor,
        span: Tensor | None = None,
        guidance_scale: Tensor | None = None,
    ) -> Tensor:
        """Network output (b out_channels h w) for noisy latents x (b c h w) at times t (b,) in [0, 1].

        text: (b n caption_width) token states; text_mask: (b n) bool, False for padding.
        span, guidance_scale: (b,), of a distilled network: how far back in time its answer holds, in [0, t],
        and the scale of its teacher's guidance.

        Raises `ValueError` if h or w is not a multiple of the patch size.
        """
        return self.predict(x, t, self.text(text, text_mask), span, guidance_scale)

    def text(self, states: Tensor, mask: Tensor) -> Context:
        """Project token states (b n caption_width) to the keys and values of every block."""
        tokens = self.caption(states.to(self.table.dtype))
        bias = (~mask).to(tokens.dtype) * -10000.0
        return Context(
            tuple(block.cross_attention.keys_values(tokens) for block in self.blocks),
            rearrange(bias, "b n -> b 1 1 n"),
        )

    def predict(
        self,
        x: Tensor,
        t: Tensor,
        context: Context,
        span: Tensor | None = None,
        guidance_scale: Tensor | None = None,
        perturbed: int | None = None,
    ) -> Tensor:
        """`forward` for a prompt that `text` has projected already.

        perturbed: a block in which every patch attends to itself alone. Shapes come out worse so, and a guide
        leads away from that (Ahn et al. 2024, arXiv:2403.17377, section 4.2).
        """
        given, (height, width) = x.dtype, x.shape[-2:]
        x = x.to(self.table.dtype)
        coarse = self._coarse(t)
        patches = Patches(self.config.patch_size) if coarse else self.config.patches
        rows, columns = patches.grid(height, width)
        x = self.patch(patches.cut(x)) + self.positions(patches, rows, columns, x)
        time = self.time(sinusoids(1000.0 * t.float(), 256).to(x.dtype))
        if self.config.distilled:
            if span is None or guidance_scale is None:
                raise ValueError("a distilled network needs span and guidance_scale")
            time = time + self.span(sinusoids(1000.0 * span.float(), 256).to(x.dtype))
            time = time + self.guidance(sinusoids(100.0 * guidance_scale.float(), 256).to(x.dtype))
        modulation = rearrange(self.modulation(F.silu(time)), "b (six d) -> b six d", six=6)

        for place, (block, keys_values) in enumerate(zip(self.blocks, context.keys_values, strict=True)):
            x = block(x, modulation, keys_values, context.bias, alone=place == perturbed)

        shift, scale = (self.table + time[:, None]).chunk(2, dim=1)
        x = modulate(x, shift, scale)
        if coarse:
            answer: Tensor = self.coarse_out(rearrange(x, "b (h w) d -> b d h w", h=rows))
        else:
            answer = patches.join(self.out(x), height, width)
        return answer.to(given)

    def _coarse(self, t: Tensor) -> bool:
        if not self.config.coarse_start:
            return False
        first = t >= 1
        if first.any() != first.all():
            raise ValueError("a network with coarse_start takes pictures at time 1 apart from the others")
        return bool(first.all())

    def start_coarse_out(self) -> None:
        """Let the coarse answer begin as that of `out`, each patch saying nothing yet of its neighbours."""
        config = self.config
        size, margin = config.patch_size, config.patch_size // 2
        with torch.no_grad():
            weight, bias = (
                rearrange(each, "(p q c) ... -> c p q ...", p=size, q=size)
                for each in (self.out.weight, self.out.bias)
            )
            inner = slice(margin, margin + size)
            self.coarse_out.weight.zero_()
            self.coarse_out.weight[:, :, inner, inner] = rearrange(weight, "c p q d -> d c p q")
            self.coarse_out.get_parameter("bias").copy_(bias.mean((1, 2)))

    def positions(self, patches: Patches, rows: int, columns: int, like: Tensor) -> Tensor:
        """Sine-cosine position embedding of patches (n, width): one half for columns, one for rows.

        They are centred on the square grid of `sample_size`, or stretched to its extent.
        """
        config, half = self.config, self.config.width // 2
        side, _ = patches.grid(config.sample_size, config.sample_size)

        def along(n: int) -> Tensor:
            steps = torch.arange(n, device=like.device)
            places = steps + (side - n) / 2 if config.centred else steps * (side / n)
            return sinusoids(places / config.spacing(patches), half, sine_first=True)

        shape = (rows, columns, half)
        grid = torch.cat([along(columns).expand(shape), along(rows)[:, None].expand(shape)], dim=-1)
        return rearrange(grid, "h w d -> (h w) d").to(like.dtype)

    def initialize(self) -> None:
        """adaLN-zero (arXiv:2212.09748, section 3.2): with closed gates every block is the identity."""
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.xavier_uniform_(module.weight)
                nn.init.zeros_(module.bias)
        for layer in self.time:
            if isinstance(layer, nn.Linear):
                nn.init.normal_(layer.weight, std=0.02)
        # The encoder's states are small (standard deviation 0.4). Tokens of about unit size let the words
        # count from the first step; with a small start the network learns for long to do without them.
        for layer in self.caption:
            if isinstance(layer, nn.Linear):
                nn.init.xavier_uniform_(layer.weight, gain=2.0)
        tables = [self.table, *(block.table for block in self.blocks)]
        for table in tables:
            nn.init.normal_(table, std=self.config.width**-0.5)
        with torch.no_grad():
            for block in self.blocks:
                block.table[[2, 5]] = 0.0
        closed: list[nn.Module] = [self.out, self.modulation]
        if self.config.coarse_start:
            closed.append(self.coarse_out)
            nn.init.zeros_(self.coarse_out.get_parameter("bias"))
        closed += [block.cross_attention.out for block in self.blocks]
        if self.config.distilled:
            closed += [self.span[-1], self.guidance[-1]]
        for layer in closed:
            nn.init.zeros_(layer.get_parameter("weight"))


class Block(nn.Module):
    """Self-attention, cross-attention to the prompt, MLP; the first and the last are modulated by time."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.table = nn.Parameter(torch.empty(6, width))
        self.self_attention = SelfAttention(width, heads)
        self.cross_attention = CrossAttention(width, heads)
        self.mlp = Mlp(width, 4 * width, width, "tanh")

    def forward(
        self,
        x: Tensor,
        modulation: Tensor,
        keys_values: tuple[Tensor, Tensor],
        bias: Tensor,
        alone: bool = False,
    ) -> Tensor:
        """alone: every token attends to itself, and to the prompt, but not to the others."""
        shift_1, scale_1, gate_1, shift_2, scale_2, gate_2 = (self.table + modulation).chunk(6, dim=1)
        x = x + gate_1 * self.self_attention(modulate(x, shift_1, scale_1), alone)
        x = x + self.cross_attention(x, keys_values, bias)
        out: Tensor = x + gate_2 * self.mlp(modulate(x, shift_2, scale_2))
        return out


class SelfAttention(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = Linear(width, 3 * width)
        self.out = Linear(width, width)

    def forward(self, x: Tensor, alone: bool = False) -> Tensor:
        q, k, v = rearrange(self.qkv(x), "b n (three h d) -> three b h n d", three=3, h=self.heads)
        x = v if alone else attention(q, k, v)
        out: Tensor = self.out(rearrange(x, "b h n d -> b n (h d)"))
        return out


class CrossAttention(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.q = Linear(width, width)
        self.kv = Linear(width, 2 * width)
        self.out = Linear(width, width)

    def keys_values(self, tokens: Tensor) -> tuple[Tensor, Tensor]:
        k, v = rearrange(self.kv(tokens), "b n (two h d) -> two b h n d", two=2, h=self.heads)
        return k, v

    def forward(self, x: Tensor, keys_values: tuple[Tensor, Tensor], bias: Tensor) -> Tensor:
        q = rearrange(self.q(x), "b n (h d) -> b h n d", h=self.heads)
        k, v = keys_values
        x = attention(q, k, v, bias.to(q.dtype))
        out: Tensor = self.out(rearrange(x, "b h n d -> b n (h d)"))
        return out


def attention(q: Tensor, k: Tensor, v: Tensor, bias: Tensor | None = None) -> Tensor:
    """Scaled dot-product attention of q (b h n d) to k and v (b h m d), bias (b 1 1 m) added to the scores.

    In bfloat16 on a CPU by plain products: the way back through PyTorch's fused kernel takes there five times
    as long.
    """
    if q.device.type != "cpu" or q.dtype != torch.bfloat16:
        return F.scaled_dot_product_attention(q, k, v, attn_mask=bias)
    scores = q * q.shape[-1] ** -0.5 @ k.transpose(-1, -2)
    # Rows as short as a prompt are slow in bfloat16.
    weights = scores.softmax(-1) if bias is None else (scores + bias).softmax(-1, dtype=torch.float32)
    out: Tensor = weights.to(v.dtype) @ v
    return out


def _embedder(width: int) -> nn.Sequential:
    return nn.Sequential(Linear(256, width), nn.SiLU(), Linear(width, width))


def modulate(x: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    """Layer normalisation whose gain and bias come from the time: x (b n d), shift and scale (b 1 d)."""
    return F.layer_norm(x, x.shape[-1:], eps=1e-6) * (1 + scale) + shift


def sinusoids(positions: Tensor, width: int, sine_first: bool = False) -> Tensor:
    """Cosines and sines of positions (n,) at `width` / 2 frequencies from 1 down to 1/10000: (n, width).

    Vaswani et al., "Attention Is All You Need" (arXiv:1706.03762), section 3.5.
    """
    exponents = torch.arange(width // 2, device=positions.device, dtype=torch.float32) / (width // 2)
    angles = positions[:, None] * torch.exp(-math.log(10000.0) * exponents)
    waves = (angles.sin(), angles.cos()) if sine_first else (angles.cos(), angles.sin())
    return torch.cat(waves, dim=-1)
