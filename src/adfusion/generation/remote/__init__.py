"""Image services behind the `Generator` seam: the OpenAI images API and its likes, and Automatic1111."""

from adfusion.generation.remote.generator import RemoteGenerator
from adfusion.generation.remote.spending import Spending

__all__ = ["RemoteGenerator", "Spending"]
