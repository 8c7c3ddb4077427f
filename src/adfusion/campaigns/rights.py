"""`adfusion rights OUT`: training pictures → model → picture → creative, with fonts, artwork and photographs.

Everything is read from the campaign's folder and the model's card; nothing is asked of the network.
"""

import dataclasses
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adfusion import files
from adfusion.campaigns.check import open_campaign
from adfusion.campaigns.manifest import Manifest
from adfusion.campaigns.rights_page import rights_page
from adfusion.creative import archive
from adfusion.creative.document import Text
from adfusion.creative.export import pdf
from adfusion.creative.fonts import FontFile
from adfusion.errors import UserError
from adfusion.models import store
from adfusion.models.card import ModelCard
from adfusion.provenance import jws
from adfusion.provenance.credentials import Origin
from adfusion.provenance.marker import Marker
from adfusion.provenance.rights import (
    Flag,
    FontRights,
    font_flags,
    font_rights,
    license_flags,
    statement_flags,
)

JSON, SIGNATURE, PAGE = "rights.json", "rights.json.jws", "rights.pdf"
_ARTWORK = (".svg", ".png", ".jpg", ".jpeg", ".webp")


@dataclass(frozen=True)
class ModelRights:
    """Where the model came from."""

    name: str
    hash: str
    license: str
    rights: str
    """To the training pictures, in the words of its card."""
    sources: tuple[dict[str, Any], ...]
    """Ranges of training pictures, each with generator, version, numbers and licence."""
    loras: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Asset:
    """A file that the brief names. `rights`: by whose word, `None` if nobody said."""

    file: str
    sha256: str
    rights: str | None


@dataclass(frozen=True)
class CreativeRights:
    """What is in one creative. Fonts by SHA-256, photographs by file."""

    id: str
    file: str
    sha256: str
    picture: str
    fonts: tuple[str, ...]
    photos: tuple[str, ...]


@dataclass(frozen=True)
class Rights:
    """The ledger of one campaign."""

    campaign: str
    software: str
    model: ModelRights
    pictures: dict[str, str]
    """SHA-256 of each generated picture, by id; none of a given one that is shown as it is."""
    fonts: tuple[FontRights, ...]
    photos: tuple[Asset, ...]
    artwork: tuple[Asset, ...]
    creatives: tuple[CreativeRights, ...]
    flags: tuple[Flag, ...]

    def to_json(self) -> str:
        return json.dumps(dataclasses.asdict(self), ensure_ascii=False, indent=2) + "\n"


def rights(out: Path, model: str | None = None) -> Rights:
    """The ledger of the finished campaign in `out`.

    `model`: its name or folder, by default the bundled one that the manifest names. Raises `UserError` if
    there is no campaign or no such model.
    """
    manifest = open_campaign(out)
    made_with, card = _model(manifest, model)
    fonts: dict[str, FontRights] = {}
    creatives = tuple(_creatives(out, manifest, fonts))
    loras = tuple(_loras(manifest))
    made_with = dataclasses.replace(made_with, loras=(*made_with.loras, *loras))
    content = manifest.brief.content
    product = content["product"]
    statement = product.get("rights")
    photographs = [name for name in (product.get("photo"), *product.get("photos", ())) if name]
    photos = tuple(Asset(name, manifest.brief.assets[name], statement) for name in photographs)
    artwork = tuple(_artwork(manifest, photographs))
    flags = [*_model_flags(made_with, card)]
    flags += [flag for lora in loras for flag in _lora_flags(f"LoRA {lora['name']}", lora["rights"])]
    flags += [flag for font in fonts.values() for flag in font_flags(font)]
    flags += [flag for photo in photos for flag in statement_flags(f"photo {photo.file}", photo.rights)]
    return Rights(
        campaign=f"{content['brand']['name']}: {product['name']}",
        software=manifest.software,
        model=made_with,
        pictures={
            picture.id: picture.file.sha256
            for picture in manifest.pictures
            if picture.request.get("strength") != 0
        },
        fonts=tuple(fonts.values()),
        photos=photos,
        artwork=artwork,
        creatives=creatives,
        flags=tuple(dict.fromkeys(flags)),
    )


def write_rights(ledger: Rights, to: Path) -> tuple[Path, ...]:
    """The ledger as JSON, its detached signature (see `jws`), and one signed page for a legal department."""
    marker = Marker()
    data = ledger.to_json().encode()
    page = pdf(rights_page(ledger.campaign, _chapters(ledger), ledger.flags))
    origin = Origin(f"Rights: {ledger.campaign}", ledger.software)
    written = {
        JSON: data,
        SIGNATURE: jws.sign(data, marker.identity).encode() + b"\n",
        PAGE: marker.sign(page, origin),
    }
    for name, content in written.items():
        files.write_bytes(to / name, content)
    marker.register(f"{ledger.campaign}/{PAGE}", written[PAGE], origin)
    return tuple(to / name for name in written)


def _model(manifest: Manifest, chosen: str | None) -> tuple[ModelRights, ModelCard | None]:
    """What the card says, if it is the card of just the model that drew."""
    name, hash = manifest.model.name, manifest.model.hash
    card = None
    if chosen is not None or name in store.bundled():
        card = store.load_card(chosen or name)
        if hashlib.sha256(card.to_json().encode()).hexdigest() != hash:
            if chosen is not None:
                raise UserError(f"--model: found {chosen!r}, allowed: what drew, {name} {hash[:12]}")
            card = None
    if card is None:
        return ModelRights(name, hash, manifest.model.license, "", (), ()), None
    sources = tuple(source.model_dump(mode="json") for source in card.data.sources)
    loras = tuple(lora.model_dump(mode="json") for lora in card.loras)
    return ModelRights(name, hash, card.license, card.data.rights, sources, loras), card


def _loras(manifest: Manifest) -> Iterator[dict[str, Any]]:
    """Each LoRA that a picture was drawn with, once."""
    seen = set()
    for picture in manifest.pictures:
        for lora in picture.request.get("loras", ()):
            if lora["sha256"] not in seen:
                seen.add(lora["sha256"])
                yield {name: lora[name] for name in ("name", "sha256", "rights")}


def _lora_flags(about: str, statement: str) -> list[Flag]:
    if not statement:
        return [Flag(about, "it states no right to the pictures that it was made from")]
    return statement_flags(about, statement)


def _model_flags(model: ModelRights, card: ModelCard | None) -> Iterator[Flag]:
    about = f"model {model.name}"
    yield from license_flags(about, model.license)
    if card is None:
        yield Flag(about, "its card is not here: what it was trained on is unclear (see --model)")
    elif not model.sources:
        yield Flag(about, "its card tells its training data in words, without a list of the pictures")
    for source in model.sources:
        yield from license_flags(f"{about}, training pictures of {source['part']}", source["license"])


def _creatives(out: Path, manifest: Manifest, fonts: dict[str, FontRights]) -> Iterator[CreativeRights]:
    """The creatives; `fonts` collects what their files say."""
    for record in manifest.creatives:
        document = archive.load(out / record.files[-1].path, out / archive.ASSETS)
        used = {
            font.path: font for layer in document.walk() if isinstance(layer, Text) for font in _chosen(layer)
        }
        for path, font in used.items():
            fonts.setdefault(path.stem, font_rights(path, f"{font.family} {font.weight}"))
        shown = record.metadata.get("provenance", {}).get("photos", {})
        yield CreativeRights(
            id=record.id,
            file=record.files[0].path,
            sha256=record.files[0].sha256,
            picture=record.picture,
            fonts=tuple(path.stem for path in used),
            photos=tuple(shown),
        )


def _chosen(text: Text) -> tuple[FontFile, ...]:
    """Faces that somebody chose; the last resorts behind them are open ones that come with the package."""
    return text.font.files[: text.font.chosen]


def _artwork(manifest: Manifest, photographs: list[str]) -> Iterator[Asset]:
    """Logos and the like, which are the brand's own; fonts speak for themselves."""
    for name, sha256 in manifest.brief.assets.items():
        if Path(name).suffix.lower() in _ARTWORK and name not in photographs:
            yield Asset(name, sha256, "the brand's own, given with the brief")


def _chapters(ledger: Rights) -> list[tuple[str, list[str]]]:
    """What the page says: a heading and its lines."""
    model = ledger.model
    sources = [
        f"{each['part']}: {each['generator']} {each['version']}, pictures {each['first']:,} to "
        f"{each['last']:,}, {each['license']}"
        for each in model.sources
    ]
    fonts = [f"{each.name}: {each.license or 'no licence stated'}; {each.embedding}" for each in ledger.fonts]
    photos = [f"{each.file} ({each.sha256[:12]}): {each.rights or 'no statement'}" for each in ledger.photos]
    artwork = [f"{each.file} ({each.sha256[:12]}): {each.rights}" for each in ledger.artwork]
    return [
        ("Training pictures", sources or [model.rights or "unclear"]),
        ("Model", [f"{model.name}, {model.license or 'licence not stated'}; hash {model.hash[:16]}"]),
        (
            "LoRAs",
            [f"{each['name']}: {each['rights'] or 'no statement'}" for each in model.loras] or ["none"],
        ),
        ("Pictures", [f"{len(ledger.pictures)} drawn by the model; hashes in {JSON}"]),
        ("Creatives", [f"{len(ledger.creatives)} files, marked and signed; hashes in {JSON}"]),
        ("Fonts", fonts or ["none"]),
        ("Photographs", photos or ["none"]),
        ("Artwork", artwork or ["none"]),
    ]
