"""Latents as the patches that a transformer reads, and its answers as latents."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor


@dataclass(frozen=True)
class Patches:
    """Squares of `size` latent pixels; each shares `overlap` rows or columns with the next one.

    The stride, `size - overlap`, must divide `size`: all pixels away from the border then lie in equally many
    patches.
    """

    size: int
    overlap: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.overlap < self.size or self.size % self.stride:
            allowed = [n for n in range(self.size) if self.size % (self.size - n) == 0]
            raise ValueError(f"overlap: found {self.overlap}, allowed for patches of {self.size}: {allowed}")

    @property
    def stride(self) -> int:
        return self.size - self.overlap

    def grid(self, height: int, width: int) -> tuple[int, int]:
        """Rows and columns of patches on such latents. Raises `ValueError` if they do not cover them."""
        if min(height, width) < self.size or height % self.stride or width % self.stride:
            raise ValueError(
                f"latents of {height}x{width} cannot be cut into patches of {self.size}x{self.size}"
            )
        return (height - self.size) // self.stride + 1, (width - self.size) // self.stride + 1

    def cut(self, x: Tensor) -> Tensor:
        """Patches (b n c*size*size) of latents (b c h w), row by row."""
        h, w = self.grid(*x.shape[-2:])
        if self.overlap:
            return rearrange(F.unfold(x, self.size, stride=self.stride), "b patch n -> b n patch")
        return rearrange(x, "b c (h p) (w q) -> b (h w) (c p q)", h=h, w=w)

    def join(self, answers: Tensor, height: int, width: int) -> Tensor:
        """Latents (b c height width) of answers for patches (b n size*size*c); overlaps are averaged."""
        h, w = self.grid(height, width)
        p = self.size
        if not self.overlap:
            return rearrange(answers, "b (h w) (p q c) -> b c (h p) (w q)", h=h, w=w, p=p, q=p)
        columns = rearrange(answers.float(), "b n (p q c) -> b (c p q) n", p=p, q=p)
        total = F.fold(columns, (height, width), p, stride=self.stride)
        count = F.fold(torch.ones_like(columns[:1]), (height, width), p, stride=self.stride)
        return total / count

    def side_by_side(self, x: Tensor) -> Tensor:
        """`x` (b c h w) with its patches beside each other, for a network in which none overlap."""
        h, w = self.grid(*x.shape[-2:])
        p = self.size
        return rearrange(self.cut(x), "b (h w) (c p q) -> b c (h p) (w q)", h=h, w=w, p=p, q=p)

    def together(self, x: Tensor) -> Tensor:
        """The way back from `side_by_side`; what is said twice is averaged."""
        p = self.size
        height, width = ((side // p - 1) * self.stride + p for side in x.shape[-2:])
        answers = rearrange(x, "b c (h p) (w q) -> b (h w) (p q c)", p=p, q=p)
        return self.join(answers, height, width).to(x.dtype)
