"""A generator without a network, quick and as strict as a real one; and briefs to try it on."""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml
from PIL import Image

from adfusion.generation import Picture, Progress, Request, Run, Size
from adfusion.generation.request import check

LOGO = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 40">
<circle cx="20" cy="20" r="18" fill="#0f766e"/></svg>
"""


class Painter:
    """Fills each picture with two colours that its request decides; counts what it was asked for."""

    name = "painter"
    model_hash = "0" * 64
    sizes: tuple[Size, ...] = ((128, 128), (128, 160), (96, 160), (160, 96))

    def __init__(self, stop_after: int | None = None) -> None:
        self.drawn: list[Request] = []
        self.stop_after = stop_after

    def request(
        self, prompt: str, *, seed: int = 0, size: Size | None = None, steps: int | None = None
    ) -> Request:
        width, height = size or self.sizes[0]
        request = Request(prompt, width, height, seed, steps or 2, guidance_scale=4.0, sampler="painter")
        check(request, self.sizes, ["painter"])
        return request

    def generate(self, requests: Sequence[Request]) -> Run:
        return Run(requests, self._events(requests))

    def _events(self, requests: Sequence[Request]) -> Iterator[Progress | Picture]:
        for index, request in enumerate(requests, 1):
            if len(self.drawn) == self.stop_after:
                raise KeyboardInterrupt
            self.drawn.append(request)
            yield Progress(index, len(requests), (request,), tuple)
            red, green, blue, *more = hashlib.sha256(repr(request).encode()).digest()
            image = Image.new("RGB", request.size, (red, green, blue))
            image.paste((more[0], more[1], more[2]), (0, 0, request.width, request.height // 2))
            yield Picture(request, image, self.name, self.model_hash)


def brief_content(**changes: Any) -> dict[str, Any]:
    content: dict[str, Any] = {
        "brand": {
            "name": "Solera",
            "logo": "logo.svg",
            "palette": {"primary": "#0f766e", "accent": "#f59e0b"},
        },
        "product": {"name": "Solera Cold Brew"},
        "concepts": [
            {"name": "Morning light", "prompt": "a glossy teal bottle on a round podium"},
            {"name": "After hours", "prompt": "a can on steps"},
        ],
        "headlines": ["Slow coffee for fast days", "Twelve hours in the making"],
        "calls_to_action": ["Try it today", "Find your store"],
        "segments": [{"name": "Commuters", "mood": "soft studio light"}, {"name": "Night owls"}],
        "placements": ["iab-medium-rectangle", "iab-leaderboard", "iab-skyscraper"],
        "variants": 1,
        "seed": 7,
    }
    return {**content, **changes}


def write_brief(folder: Path, **changes: Any) -> Path:
    """A brief with its logo; `changes` replace whole fields."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "logo.svg").write_text(LOGO)
    path = folder / "brief.yaml"
    path.write_text(
        yaml.safe_dump(brief_content(**changes), sort_keys=False, allow_unicode=True), encoding="utf-8"
    )
    return path
