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
from adfusion.generation.editing.in_place import InPlace
from adfusion.generation.remote.address import Address
from adfusion.generation.remote.answers import picture
from adfusion.generation.remote.client import Patience, post
from adfusion.generation.remote.spending import Spending
from adfusion.generation.request import Picture, Progress, Request, Size

STEPS, GUIDANCE_SCALE = 20, 7.0
"""Automatic1111's own defaults. The OpenAI API has neither, nor seeds: there they change nothing."""
MASKED = {"mask_blur": 0, "inpainting_fill": 1, "inpaint_full_res": False, "inpainting_mask_invert": 0}
"""Of Automatic1111: no blur, the original under the mask, all of the picture seen, white redrawn."""


class RemoteGenerator(Backend):
    """Draws with the service at `address`; see `docs/models.md` for its form.

    spending: what its pictures may cost, by the price in the address, and what they have cost so far.

    A service may change its model at any time, so `model_hash` only says where pictures came from.
    """

    def __init__(
        self,
        address: str,
        *,
        spending: Spending | None = None,
        patience: Patience = Patience(),  # noqa: B008
    ) -> None:
        self.address, self.patience, self.spending = Address.parse(address), patience, spending or Spending()
        if self.spending.limit is not None and self.address.price is None:
            raise UserError("spend_limit: found no price=… in the model's address, which it needs")
        self._key = self.address.key()
        self.name, self.sizes = self.address.name, self.address.sizes
        self.model_hash = hashlib.sha256(f"{self.address.url} {self.address.model}".encode()).hexdigest()
        self.license = f"terms of {self.name}"
        self.steps, self.guidance_scale = STEPS, GUIDANCE_SCALE
        self.samplers = ("service",)
        self.edits = ("initial", "strength", "mask") if self.address.kind == "a1111" else ()
        self.notes = (
            f"{self.name}: a service; prompts{' and pictures' if self.edits else ''} are sent there",
        )

    def check(self, request: Request) -> None:
        super().check(request)
        if request.negative_prompt and self.address.kind == "openai":
            raise UserError(f"negative_prompt: {self.name} takes none, allowed: an empty one")

    def _draw(self, requests: Sequence[Request]) -> Iterator[Progress | Picture]:
        price = self.address.price or 0
        done, calls = 0, sum(self._calls(request) for request in requests)
        self.spending.check(calls, price, self.name)
        for request in requests:
            for event in self._drawn(request):
                if isinstance(event, Picture):
                    yield event
                else:
                    done += 1
                    yield Progress(done, calls, (request,), partial(_shown, event))

    def _calls(self, request: Request) -> int:
        return len(InPlace(request, self.sizes)) if request.mask is not None else 1

    def _drawn(self, request: Request) -> Iterator[Image.Image | Picture]:
        """What each call draws, then the picture."""
        if request.mask is None:
            initial = request.initial
            fitted = None if initial is None else ImageOps.fit(initial.image, request.size)
            image = self._ask(request, request.size, fitted)
            yield image
        else:
            redrawing = InPlace(request, self.sizes)
            for part in redrawing:
                drawn = self._ask(request, part.size, part.image, part.mask)
                redrawing.put(drawn)
                yield drawn
            image = redrawing.picture
        yield Picture(request, image, self.name, self.model_hash)

    def _ask(
        self, request: Request, size: Size, initial: Image.Image | None, mask: Image.Image | None = None
    ) -> Image.Image:
        price = self.address.price or 0
        self.spending.check(1, price, self.name)
        self.spending.pay(price)
        if self.address.kind == "openai":
            path, body = self._openai(request)
        else:
            path, body = self._automatic1111(request, size, initial, mask)
        url = f"{self.address.url}/{path}"
        answer = post(self.name, url, body, self._key, self.patience, request.seed)
        return picture(self.name, self.address.kind, answer, size)

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

    def _automatic1111(
        self, request: Request, size: Size, initial: Image.Image | None, mask: Image.Image | None
    ) -> tuple[str, dict[str, Any]]:
        """https://github.com/AUTOMATIC1111/stable-diffusion-webui/wiki/API"""
        body: dict[str, Any] = {
            "prompt": request.prompt,
            "negative_prompt": request.negative_prompt,
            "seed": request.seed % 2**32,
            "steps": request.steps,
            "cfg_scale": request.guidance_scale,
            "width": size[0],
            "height": size[1],
            "batch_size": 1,
        }
        if self.address.model:
            body["override_settings"] = {"sd_model_checkpoint": self.address.model}
        if initial is None:
            return "sdapi/v1/txt2img", body
        body |= {"init_images": [_base64(initial)], "denoising_strength": request.strength}
        if mask is not None:
            body |= {"mask": _base64(mask), **MASKED}
        return "sdapi/v1/img2img", body


def _base64(image: Image.Image) -> str:
    file = io.BytesIO()
    image.save(file, format="PNG")
    return base64.b64encode(file.getvalue()).decode()


def _shown(image: Image.Image) -> tuple[Image.Image, ...]:
    return (image,)
