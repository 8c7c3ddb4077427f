"""`provenance.yaml` in the configuration folder: whose name creatives are signed with, and whom to trust."""

from pathlib import Path
from typing import Self

import yaml
from pydantic import AnyHttpUrl, BaseModel, ConfigDict, ValidationError, model_validator

from adfusion.errors import UserError
from adfusion.provenance.keys import config_folder

FILE = "provenance.yaml"


class Settings(BaseModel):
    """Paths are relative to the file. Without a certificate, a development certificate signs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    certificate: Path | None = None
    """PEM: the signing certificate, then its issuers, without the root."""
    key: Path | None = None
    """PEM, PKCS #8 without a password, permissions 0600: Ed25519, EC (P-256, P-384, P-521) or RSA."""
    timestamp_url: AnyHttpUrl | None = None
    """An RFC 3161 time-stamp authority. It is asked over the network at each signature."""
    trust: tuple[Path, ...] = ()
    """PEM files of root certificates whose signatures count as trusted."""
    noise_mark: bool = True
    """Whether models of this package draw from marked noise."""
    prompts: bool = False
    """Whether credentials may contain the prompt."""

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.certificate is None) != (self.key is None):
            raise ValueError("certificate and key go together: found only one of them")
        return self


def load_settings() -> Settings:
    """Raises `UserError` if there is a file and it is not right."""
    path = config_folder() / FILE
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        settings = Settings.model_validate(content)
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UserError(f"{path}: cannot read: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "content"
        message = first["msg"].removeprefix("Value error, ")
        raise UserError(f"{path}: {field}: found {first['input']!r}: {message}") from error
    place = {
        "certificate": settings.certificate and path.parent / settings.certificate,
        "key": settings.key and path.parent / settings.key,
        "trust": tuple(path.parent / file for file in settings.trust),
    }
    return settings.model_copy(update=place)
