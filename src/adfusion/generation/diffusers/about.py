"""What there is to say about a pretrained model without opening it."""

from pathlib import Path
from typing import Any

from adfusion.errors import UserError
from adfusion.generation.diffusers import hub, weights
from adfusion.generation.diffusers.families import family
from adfusion.generation.diffusers.license import license_of
from adfusion.generation.diffusers.loading import pipeline_name


def about(name: str) -> dict[str, Any] | None:
    """`None` if `name` is no pretrained model. Raises `UserError` for one that is not in the cache."""
    if name.startswith(hub.SCHEME):
        if (found := hub.cached(name)) is None:
            raise UserError(f"{name}: is not in the cache: adfusion models pull {name}")
    elif (path := Path(name)).is_file() or (path / weights.INDEX).is_file():
        found = weights.at(path)
    else:
        return None
    pipeline = pipeline_name(found)
    parameters, _ = found.parameters()
    return {
        "name": found.name,
        "license": str(license_of(found.folder)),
        "family": family(pipeline, found.name).name,
        "pipeline": pipeline,
        "parameters": parameters,
        "hash": found.hash(),
        "files": found.hashes(),
    }
