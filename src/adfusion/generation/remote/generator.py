"""Pictures from a service, one call each."""

import base64
import hashlib
import io
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from PIL import Image, ImageOps

from adfusion.errors import UserError
from adfusion.generation.backend import Backend
from adfusion.generation.remote.address import Address
from adfusion.generation.remote.answers import picture
from adfusion.generation.remote.client import Patience, post
from adfusion.generation.request import Picture, Progress, Request

STEPS, GUIDANCE_SCALE = 20, 7.0
"""Automatic1111's own defaults. The OpenAI API has neither, nor seeds: there they change nothing."""


class RemoteGenerator(Backend):
    """Draws with the service at `address`; see `docs/models.md` for its form.

    spend_limit: most that all pictures of this generator may cost, by the price in the address.

    A service may change its model at any time, so `model_hash` only says where pictures came from.
    """

    def __init__(
        self,
        address: str,
        *,
        spend_limit: float | None = None,
        patience: Patience = Patience(),  # noqa: B008
    ) -> None:
        self.address, self.patience, self.spend_limit = Address.parse(address), patience, spend_limit
        if spend_limit is not None and self.address.price is None:
            raise UserError("spend_limit: found no price=… in the model's address, which it needs")
        self._key = self.address.key()
        self._spent = 0.0
        self.name, self.sizes = self.address.name, self.address.sizes
        self.model_hash = hashlib.sha256(f"{self.address.url} {self.address.model}".encode()).hexdigest()
        self.license = f"terms of {self.name}"
        self.steps, self.guidance_scale = STEPS, GUIDANCE_SCALE
        self.samplers = ("service",)
        self.edits = ("initial", "strength") if self.address.kind == "a1111" else ()
        self.notes = (
            f"{self.name}: a service; prompts{' and pictures' if self.edits else ''} are sent there",
        )

    def check(self, request: Request) -> None:
        super().check(request)
        if request.negative_prompt and self.address.kind == "openai":
            raise UserError(f"negative_prompt: {self.name} takes none, allowed: an empty one")

    def _draw(self, requests: Sequence[Request]) -> Iterator[Progress | Picture]:
        self._afford(len(requests))
        for index, request in enumerate(requests, 1):
            self._afford(1)
            self._spent += self.address.price or 0
            image = self._ask(request)
            yield Progress(index, len(requests), (request,), partial(_shown, image))
            yield Picture(request, image, self.name, self.model_hash)

    def _afford(self, pictures: int) -> None:
        cost = self._spent + pictures * (self.address.price or 0)
        if self.spend_limit is not None and cost > self.spend_limit * (1 + 1e-9):
            raise UserError(
                f"spend_limit: {pictures} more pictures of {self.name} would make {cost:.2f}, "
                f"allowed: {self.spend_limit:.2f}"
            )

    def _ask(self, request: Request) -> Image.Image:
        path, body = self._openai(request) if self.address.kind == "openai" else self._automatic1111(request)
        url = f"{self.address.url}/{path}"
        answer = post(self.name, url, body, self._key, self.patience, request.seed)
        return picture(self.name, self.address.kind, answer, request.size)

    def _openai(self, request: Request) -> tuple[str, dict[str, Any]]:
        """https://platform.openai.com/docs/api-reference/images/create"""
        body: dict[str, Any] = {
            "model": self.address.model,
            "prompt": request.prompt,
            "n": 1,
            "size": f"{request.width}x{request.height}",
        }
        if not self.address.model.startswith("gpt-image"):  # those always answer in Base64, and refuse this
            body["response_format"] = "b64_json"
        return "images/generations", body

    def _automatic1111(self, request: Request) -> tuple[str, dict[str, Any]]:
        """https://github.com/AUTOMATIC1111/stable-diffusion-webui/wiki/API"""
        body: dict[str, Any] = {
            "prompt": request.prompt,
            "negative_prompt": request.negative_prompt,
            "seed": request.seed % 2**32,
            "steps": request.steps,
            "cfg_scale": request.guidance_scale,
            "width": request.width,
            "height": request.height,
            "batch_size": 1,
        }
        if self.address.model:
            body["override_settings"] = {"sd_model_checkpoint": self.address.model}
        if request.initial is None:
            return "sdapi/v1/txt2img", body
        initial = io.BytesIO()
        ImageOps.fit(request.initial.image, request.size).save(initial, format="PNG")
        encoded = base64.b64encode(initial.getvalue()).decode()
        return "sdapi/v1/img2img", {**body, "init_images": [encoded], "denoising_strength": request.strength}


def _shown(image: Image.Image) -> tuple[Image.Image, ...]:
    return (image,)
