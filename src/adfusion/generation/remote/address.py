"""Where a service is, and what it offers: `KIND+URL?model=NAME&price=0.04&sizes=1024x1024,1536x1024`."""

import ipaddress
import math
import os
import re
from dataclasses import dataclass
from typing import Literal, get_args
from urllib.parse import parse_qsl, urlsplit

from adfusion.errors import UserError
from adfusion.generation.request import Size

Kind = Literal["openai", "a1111"]

KEY = "ADFUSION_REMOTE_KEY"
"""The environment variable with the service's key. It is written nowhere."""
FORM = "openai+https://HOST/v1?model=NAME&price=0.04&sizes=1024x1024 or a1111+http://HOST:7860"
SIZES: dict[Kind, str] = {"openai": "1024x1024,1536x1024,1024x1536", "a1111": "512x512,448x576,576x448"}


@dataclass(frozen=True)
class Address:
    kind: Kind
    url: str
    """Without query, and without a slash at its end."""
    model: str
    price: float | None
    """Of one picture, in whatever currency the spend limit is in."""
    sizes: tuple[Size, ...]

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Raises `UserError` for an address of another form; a key in it is refused without repeating it."""
        kind, _, address = text.partition("+")
        parts = urlsplit(address)
        if parts.username or parts.password:
            raise UserError(f"model: found a password in the address, allowed: in {KEY} only")
        said = dict(parse_qsl(parts.query))
        if unknown := said.keys() - {"model", "price", "sizes"}:
            raise UserError(f"model: found the option {min(unknown)!r}, allowed: model, price, sizes")
        if kind not in get_args(Kind) or parts.scheme not in ("http", "https") or not parts.hostname:
            raise UserError(f"model: found {text.partition('?')[0]!r}, allowed: {FORM}")
        url = f"{parts.scheme}://{parts.netloc}{parts.path}".rstrip("/")
        name: Kind = "openai" if kind == "openai" else "a1111"
        if name == "openai" and "model" not in said:
            raise UserError("model: found no model=NAME in the address, allowed: " + FORM)
        sizes = _sizes(said.get("sizes", SIZES[name]))
        return cls(name, url, said.get("model", ""), _price(said.get("price")), sizes)

    @property
    def name(self) -> str:
        """For people: no query and no key."""
        host = urlsplit(self.url).netloc
        return f"{host}/{self.model}" if self.model else host

    def key(self) -> str:
        """From the environment; empty if there is none. Raises `UserError` if it would travel openly."""
        key = os.environ.get(KEY, "").strip()
        if key and not key.isprintable():
            raise UserError(f"{KEY}: found control characters in it, allowed: a key")
        parts = urlsplit(self.url)
        if key and parts.scheme == "http" and not _is_here(parts.hostname or ""):
            raise UserError(f"model: {self.name}: a key would travel unencrypted, allowed: https")
        return key


def _sizes(text: str) -> tuple[Size, ...]:
    found = []
    for each in text.split(","):
        pixels = re.fullmatch(r"(\d{2,4})x(\d{2,4})", each.strip())
        if pixels is None:
            raise UserError(f"model: sizes: found {each!r}, allowed: WIDTHxHEIGHT in pixels, with commas")
        found.append((int(pixels[1]), int(pixels[2])))
    return tuple(dict.fromkeys(found))


def _price(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        price = float(text)
    except ValueError:
        price = math.nan
    if not 0 <= price < math.inf:
        raise UserError(f"model: price: found {text!r}, allowed: a number, of one picture")
    return price


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
