"""The last step of every creative: watermark, file, credentials, registry.

Opaque pixels of a product photo are spared by the watermark, so that they are still the photo's.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from adfusion.campaigns.plan import PictureJob, Plan
from adfusion.creative import draw
from adfusion.creative.checks.parts import photos
from adfusion.creative.document import Creative, Picture
from adfusion.creative.encode import Encoded, encode
from adfusion.creative.placement import Placement
from adfusion.generation import Generator, LoraUse
from adfusion.generation import Picture as DrawnPicture
from adfusion.provenance.credentials import Origin, Photo, Start
from adfusion.provenance.marker import Marker, payload_of

EDIT = "words and logo set"


@dataclass(frozen=True)
class Finished:
    """A creative's file as it is published."""

    encoded: Encoded
    origin: Origin

    def about(self) -> dict[str, object]:
        """What was found out while making it; JSON."""
        assert self.origin.payload is not None
        provenance = {
            "watermark": f"{self.origin.payload:016x}",
            "source_type": self.origin.source_type,
            "photos": {photo.title: photo.sha256 for photo in self.origin.photos},
        }
        return {"encoding": self.encoded.about(), "provenance": provenance}


class Marking:
    """Finishes the creatives of one campaign. `files` are the photographs of its product."""

    def __init__(self, campaign: str, files: Sequence[Path] = ()) -> None:
        self._campaign = campaign
        self._photos = tuple(Photo(path.name, path.read_bytes()) for path in files)
        self._marker = Marker()
        self.made_with = self._marker.made_with()

    def finish(
        self, creative: Creative, placement: Placement, made_from: str, image: Image.Image
    ) -> Finished:
        """Mark, encode and sign; the file keeps the placement's limit of bytes, credentials and all.

        `made_from`: fingerprint of all that decides the creative; the watermark's payload follows from it.
        `image`: the creative, drawn.
        """
        origin = _origin(creative, self._photos, payload_of(self._campaign, made_from))
        assert origin.payload is not None
        marked = self._marker.mark(image, origin.payload, spared(creative))
        room = placement.max_bytes
        if room is not None:
            room -= self._marker.overhead(origin, f"image/{placement.format.lower()}")
        encoded = encode(marked, replace(placement, max_bytes=room))
        return Finished(replace(encoded, data=self._marker.sign(encoded.data, origin)), origin)

    def register_picture(self, picture: DrawnPicture, id: str, path: Path) -> None:
        """Log a picture whose noise is marked, once it has its file."""
        from adfusion.provenance.marked_noise import entry_of

        if mark := picture.request.noise_mark:
            origin = Origin(id, "", picture.model, picture.model_hash, payload=entry_of(mark).payload)
            self._marker.register(f"{self._campaign}/{id}", path.read_bytes(), origin, mark)

    def register(self, finished: Finished) -> None:
        """Log the finished file, once it has its final name."""
        id = f"{self._campaign}/{finished.origin.title}"
        self._marker.register(id, finished.encoded.data, finished.origin)


def with_noise_marks(jobs: Plan, generator: Generator, campaign: str) -> Plan:
    """The same plan, its pictures drawn from noise that names the campaign, where the model can."""
    from adfusion.provenance.marked_noise import with_mark  # torch: only those who draw wait for it

    @cache
    def marked(job: PictureJob) -> PictureJob:
        request = job.request if job.parts else with_mark(generator, job.request, campaign)
        return replace(job, request=request, parts=tuple(map(marked, job.parts)))

    return replace(jobs, creatives=tuple(replace(job, picture=marked(job.picture)) for job in jobs.creatives))


def signed_pdf(creative: Creative, data: bytes) -> bytes:
    """The PDF of a campaign's creative, logged, with the credentials of its picture file but no watermark."""
    marker, origin = Marker(), _origin(creative, tuple(_cut_outs(creative)), None)
    signed = marker.sign(data, origin)
    marker.register(f"{origin.title}.pdf", signed, origin)
    return signed


def _origin(creative: Creative, originals: tuple[Photo, ...], payload: int | None) -> Origin:
    """What a creative's credentials say. Photographs are named only if the creative shows them."""
    said: Mapping[str, Any] = creative.metadata
    prompt, start = said.get("prompt"), said.get("start")
    return Origin(
        title=str(said["id"]),
        software=str(said["software"]),
        model=str(said["model"]) or None,
        model_hash=str(said["model_hash"]),
        loras=tuple(LoraUse(**lora) for lora in said.get("loras", ())),
        start=Start(**start) if start else None,
        photos=originals if any(photos(creative)) else (),
        edits=(EDIT,),
        resized=_is_resized(creative),
        prompt=str(prompt) if prompt else None,
        payload=payload,
    )


def spared(creative: Creative) -> npt.NDArray[np.bool_] | None:
    """Where the product's opaque pixels lie, (height, width); `None` without a product photo."""
    products = list(photos(creative))
    if not products:
        return None
    opaque = np.zeros((creative.height, creative.width), bool)
    for product in products:
        canvas = Image.new("L", (creative.width, creative.height))
        alpha = draw.resampled(product).convert("RGBA").getchannel("A")
        canvas.paste(alpha, (round(product.box.left), round(product.box.top)))
        opaque |= np.asarray(canvas) == 255
    return opaque


def _is_resized(creative: Creative) -> bool:
    picture = creative.find("picture")
    return isinstance(picture, Picture) and round(picture.box.width) != round(picture.crop.width)


def _cut_outs(creative: Creative) -> Iterator[Photo]:
    """The product photos as the document holds them, under the names and hashes of the original files."""
    provenance = creative.metadata.get("provenance")
    originals: dict[str, str] = provenance["photos"] if isinstance(provenance, dict) else {}
    for layer, (title, sha256) in zip(photos(creative), originals.items(), strict=False):
        buffer = io.BytesIO()
        layer.image.save(buffer, "PNG")
        yield Photo(title, buffer.getvalue(), sha256)
