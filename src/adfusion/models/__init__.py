"""A model = networks + weights + card: load, save, verify, convert, and the bundled ones."""

from adfusion.models.card import ModelCard
from adfusion.models.model import Model

__all__ = ["Model", "ModelCard"]
