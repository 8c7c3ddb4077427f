"""Content credentials: who made a file, with what, from what, signed so that a change is seen.

C2PA Technical Specification 2.x, through the official SDK. A file is signed once, last of all: whatever is
changed later, a pixel or a byte of metadata, breaks the signature.
"""

import base64
import hashlib
import io
import json
import uuid
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any, Literal

import c2pa
from PIL import Image

from adfusion.errors import UserError
from adfusion.generation.lora import LoraUse
from adfusion.provenance import xmp
from adfusion.provenance.identity import DEVELOPMENT, Identity
from adfusion.provenance.media import media_type

_IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
TRAINED, COMPOSITE, MIXED, MADE = (
    _IPTC + name
    for name in (
        "trainedAlgorithmicMedia",
        "compositeWithTrainedAlgorithmicMedia",
        "composite",
        "digitalCreation",
    )
)
"""IPTC digital source types: a model drew it; it is composed with what a model drew; it is composed of
pictures that were given, of whatever origin; it is set from words and shapes alone."""
MARK = "adfusion.cells.2"
"""Our watermark's name in the C2PA soft binding assertion."""
LORAS = "adfusion.loras"
"""Parameter of the action that created a picture: name, SHA-256 and weight of each LoRA. They are ingredients
too, which have no place for a weight."""
Trust = Literal["trusted", "development", "unknown"]


@dataclass(frozen=True)
class Photo:
    """A real photograph in a creative."""

    title: str
    data: bytes
    """The file, PNG, JPEG, WebP or SVG."""
    original: str = ""
    """SHA-256 of the photographer's file, where `data` was made from it."""

    @property
    def sha256(self) -> str:
        return self.original or hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True)
class Start:
    """A picture that another was made from."""

    title: str
    sha256: str
    kept: bool
    """Whether it, or a part of it, is in the result as it was."""
    generated: bool = False
    """Whether its own file says that a model had a part in it."""


@dataclass(frozen=True)
class Origin:
    """What the credentials of a file say."""

    title: str
    software: str
    """Version of this software, "adfusion 1.2.3"."""
    model: str | None = None
    """Name of the model that drew, `None` if none did."""
    model_hash: str = ""
    loras: tuple[LoraUse, ...] = ()
    """Changes of the model that it drew with."""
    start: Start | None = None
    photos: tuple[Photo, ...] = ()
    edits: tuple[str, ...] = ()
    """What was done to the picture, in words: "headline, logo and button set"."""
    resized: bool = False
    prompt: str | None = None
    payload: int | None = None
    """Of the watermark in the pixels, 64 bits."""

    @property
    def source_type(self) -> str:
        if self.model is None and not (self.start and self.start.generated):
            return MIXED if self.photos or self.start else MADE
        return COMPOSITE if self.photos or (self.start and self.start.kept) else TRAINED


@dataclass(frozen=True)
class Credentials:
    """What a file's credentials say and whether that can be believed."""

    valid: bool
    """The file is just as it was signed."""
    reasons: tuple[str, ...]
    """Why it is not valid: C2PA's codes with an explanation."""
    trust: Trust
    """Of the signer: on this computer's trust list, this computer's development certificate, or neither."""
    signer: str
    time: str | None
    """Of a time stamp, if there is one."""
    source_type: str | None
    software: str
    model: str | None
    model_hash: str | None
    photos: Mapping[str, str]
    """SHA-256 of each photograph and of the picture that it was made from, by title."""
    prompt: str | None
    payload: int | None
    loras: tuple[LoraUse, ...] = ()
    """That the model drew with."""


def sign(data: bytes, origin: Origin, identity: Identity) -> bytes:
    """A finished PNG, JPEG, WebP, PDF or SVG with XMP and content credentials in it.

    Pixels stay as they are. The same call gives the same claims, but not the same bytes: the SDK salts each
    assertion. Raises `UserError` if the file or a photograph is none of these, or the identity cannot sign.
    """
    kind = media_type(data)
    if kind is None:
        raise UserError(f"{origin.title}: found another kind of file, allowed: PNG, JPEG, WebP, PDF, SVG")
    data = xmp.with_source_type(data, kind, origin.source_type)
    return _apart().submit(_signed, data, kind, origin, identity).result()


@cache
def _apart() -> ThreadPoolExecutor:
    """A thread for the SDK, which calls back into Python, where an exception is lost; signals raise theirs in
    the main thread. There is one for all calls, since an executor's end is a callback too."""
    return ThreadPoolExecutor(1)


def overhead(origin: Origin, identity: Identity, kind: str) -> int:
    """How many bytes `sign` adds to a PNG, JPEG or WebP of the MIME type `kind`, give or take some dozens."""
    smallest = io.BytesIO()
    Image.new("RGB", (8, 8)).save(smallest, format=kind.removeprefix("image/"))
    return len(sign(smallest.getvalue(), origin, identity)) - len(smallest.getvalue())


def says_generated(data: bytes) -> bool:
    """Whether a picture's file says, in credentials or XMP, that a model made it or part of it."""
    return b"rainedAlgorithmicMedia" in data


def read(data: bytes, anchors: str) -> Credentials | None:
    """The credentials in a file, `None` if there are none. Never asks the network.

    `anchors`: PEM of the root certificates to trust, from `identity.trust_anchors`.
    """
    kind = media_type(data)
    if kind is None:
        return None
    try:
        with c2pa.Reader(kind, io.BytesIO(data), context=_reading_context(anchors)) as reader:
            return _credentials(json.loads(reader.json()))
    except c2pa.C2paError.ManifestNotFound:
        return None
    except c2pa.C2paError as error:
        return _unreadable(str(error))


def _signed(data: bytes, kind: str, origin: Origin, identity: Identity) -> bytes:
    signed = io.BytesIO()
    try:
        with c2pa.Builder(_claim(data, origin), context=_signing_context()) as builder:
            for number, photo in enumerate(origin.photos):
                builder.add_ingredient(_photo(photo, number), *_stream(photo))
            with c2pa.Signer.from_info(_signer_info(identity)) as signer:
                builder.sign(signer, kind, io.BytesIO(data), signed)
    except c2pa.C2paError as error:
        raise UserError(f"{origin.title}: cannot sign as {identity.name}: {error}") from error
    return signed.getvalue()


def _claim(data: bytes, origin: Origin) -> dict[str, Any]:
    """The manifest definition. Its identifiers follow from the content, so that they do not vary."""
    agent = {"name": "adfusion", "version": origin.software.removeprefix("adfusion ")}
    ingredients = list(_ingredients(origin))
    created: dict[str, Any] = {
        "action": "c2pa.created",
        "digitalSourceType": origin.source_type,
        "softwareAgent": agent,
    }
    actions = [created]
    if inputs := [each["label"] for each in ingredients if each["relationship"] == "inputTo"]:
        created["parameters"] = {"ingredientIds": inputs}
        if origin.loras:
            created["parameters"][LORAS] = [
                {"name": lora.name, "sha256": lora.sha256, "weight": lora.weight} for lora in origin.loras
            ]
        if origin.prompt is not None:
            created["parameters"]["prompt"] = origin.prompt
    placed = [each["label"] for each in ingredients if each["relationship"] == "componentOf"]
    placed += [f"photo{number}" for number in range(len(origin.photos))]
    if placed:
        actions.append({"action": "c2pa.placed", "parameters": {"ingredientIds": placed}})
    if origin.resized:
        actions.append({"action": "c2pa.resized"})
    actions += [{"action": "c2pa.edited", "description": edit} for edit in origin.edits]
    assertions = []
    if origin.payload is not None:
        actions.append({"action": "c2pa.watermarked.bound"})
        value = base64.b64encode(origin.payload.to_bytes(8, "big")).decode()
        block = {"scope": {}, "value": value}
        assertions.append({"label": "c2pa.soft-binding", "data": {"alg": MARK, "blocks": [block]}})
    assertions.append({"label": "c2pa.actions.v2", "data": {"actions": actions}})
    claim: dict[str, Any] = {
        "claim_generator_info": [agent],
        "title": origin.title,
        "assertions": assertions,
        "ingredients": ingredients,
    }
    digest = hashlib.sha256(data + json.dumps(claim, sort_keys=True).encode()).digest()
    name = uuid.UUID(bytes=digest[:16], version=4)
    return {**claim, "label": f"urn:c2pa:{name}", "instance_id": f"xmp:iid:{name}"}


def _ingredients(origin: Origin) -> Iterator[dict[str, Any]]:
    """All but the photographs, which bring their files."""
    if origin.model is not None:
        yield _network("model", origin.model, origin.model_hash)
        for number, lora in enumerate(origin.loras):
            yield _network(f"lora{number}", lora.name, lora.sha256)
    if (start := origin.start) is not None:
        yield {
            "title": start.title,
            "relationship": "componentOf" if start.kept else "inputTo",
            "instance_id": f"sha256:{start.sha256}",
            "label": "start",
        }


def _network(label: str, title: str, sha256: str) -> dict[str, Any]:
    return {
        "title": title,
        "format": "application/octet-stream",
        "relationship": "inputTo",
        "instance_id": f"sha256:{sha256}",
        "data_types": [{"type": "c2pa.types.model"}],
        "label": label,
    }


def _photo(photo: Photo, number: int) -> dict[str, str]:
    return {
        "title": photo.title,
        "relationship": "componentOf",
        "label": f"photo{number}",
        "instance_id": f"sha256:{photo.sha256}",
    }


def _stream(photo: Photo) -> tuple[str, io.BytesIO]:
    kind = media_type(photo.data)
    if kind is None:
        raise UserError(f"{photo.title}: found another kind of file, allowed: PNG, JPEG, WebP, SVG")
    return kind, io.BytesIO(photo.data)


def _signer_info(identity: Identity) -> c2pa.C2paSignerInfo:
    return c2pa.C2paSignerInfo(
        identity.algorithm, identity.certificates.encode(), identity.key.encode(), identity.timestamp_url
    )


@lru_cache(maxsize=1)
def _signing_context() -> c2pa.Context:
    return c2pa.Context.from_dict({**_OFFLINE, "builder": {"thumbnail": {"enabled": False}}})


@lru_cache(maxsize=4)
def _reading_context(anchors: str) -> c2pa.Context:
    return c2pa.Context.from_dict({**_OFFLINE, **({"trust": {"user_anchors": anchors}} if anchors else {})})


_OFFLINE = {"verify": {"remote_manifest_fetch": False, "ocsp_fetch": False, "verify_after_sign": False}}


def _credentials(found: Mapping[str, Any]) -> Credentials:
    manifest = found["manifests"][found["active_manifest"]]
    results = found.get("validation_results", {}).get("activeManifest", {})
    failures = [each for each in results.get("failure", []) if each["code"] != "signingCredential.untrusted"]
    state = found.get("validation_state")
    signature = manifest.get("signature_info", {})
    actions = _actions(manifest)
    created = next((action for action in actions if action.get("action") == "c2pa.created"), {})
    parameters = created.get("parameters") or {}
    ingredients = manifest.get("ingredients", [])
    networks = [each for each in ingredients if each.get("data_types")]
    model: Mapping[str, Any] = networks[0] if networks else {}
    generator = (manifest.get("claim_generator_info") or [{}])[0]
    trusted: Trust = "development" if signature.get("issuer") == DEVELOPMENT else "trusted"
    return Credentials(
        valid=state in ("Valid", "Trusted") and not failures,
        reasons=tuple(f"{each['code']}: {each.get('explanation', '')}" for each in failures),
        trust=trusted if state == "Trusted" else "unknown",
        signer=str(signature.get("issuer") or signature.get("common_name") or ""),
        time=signature.get("time"),
        source_type=created.get("digitalSourceType"),
        software=" ".join(str(generator[key]) for key in ("name", "version") if generator.get(key)),
        model=model.get("title"),
        model_hash=_hash(model) if model else None,
        photos={each.get("title", ""): _hash(each) for each in ingredients if each not in networks},
        prompt=parameters.get("prompt"),
        payload=_payload(manifest),
        loras=_loras(parameters.get(LORAS)),
    )


def _actions(manifest: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [action for data in _assertions(manifest, "c2pa.actions") for action in data.get("actions", [])]


def _assertions(manifest: Mapping[str, Any], label: str) -> list[dict[str, Any]]:
    return [each["data"] for each in manifest.get("assertions", []) if each["label"].startswith(label)]


def _loras(said: Any) -> tuple[LoraUse, ...]:
    try:
        return tuple(LoraUse(str(each["name"]), str(each["sha256"]), float(each["weight"])) for each in said)
    except (KeyError, TypeError, ValueError):
        return ()


def _hash(ingredient: Mapping[str, Any]) -> str:
    return str(ingredient.get("instance_id", "")).removeprefix("sha256:")


def _payload(manifest: Mapping[str, Any]) -> int | None:
    for data in _assertions(manifest, "c2pa.soft-binding"):
        if data.get("alg") == MARK:
            try:
                return int.from_bytes(base64.b64decode(data["blocks"][0]["value"]), "big")
            except (KeyError, IndexError, TypeError, ValueError):
                return None
    return None


def _unreadable(reason: str) -> Credentials:
    empty = Credentials(False, (), "unknown", "", None, None, "", None, None, {}, None, None)
    return replace(empty, reasons=(f"cannot be read: {reason}",))
