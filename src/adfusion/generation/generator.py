"""The `Generator` seam and the run that it gives back."""

from collections.abc import Iterator, Sequence
from typing import Protocol, Unpack

from adfusion.generation.lora import LoraUse
from adfusion.generation.request import Edits, Picture, Progress, Request, Size


class Run:
    """Pictures on their way. Iterate to watch each step, or ask for the result.

    for event in run: ...            # Progress and Picture, as they happen; batches in order of size
    run.pictures()                   # all pictures, in the order of the requests
    run.last()                       # the last of them

    Work happens while iterating, so stopping to iterate stops the work. A run is iterated once; `pictures`
    and `last` carry on from where the iteration is.
    """

    def __init__(self, requests: Sequence[Request], events: Iterator[Progress | Picture]) -> None:
        self.requests = tuple(requests)
        self._events = events
        self._pictures: dict[Request, Picture] = {}

    def __iter__(self) -> Iterator[Progress | Picture]:
        for event in self._events:
            if isinstance(event, Picture):
                self._pictures[event.request] = event
            yield event

    def pictures(self) -> list[Picture]:
        for _ in self:
            pass
        return [self._pictures[request] for request in self.requests]

    def last(self) -> Picture:
        return self.pictures()[-1]


class Generator(Protocol):
    """Draws pictures. Equal requests give equal pictures, whatever else is drawn beside them."""

    @property
    def name(self) -> str:
        """The model's name, for people."""

    @property
    def model_hash(self) -> str:
        """Identifies the model: pictures of another hash may differ."""

    @property
    def sizes(self) -> tuple[Size, ...]:
        """The (width, height) that it draws."""

    def request(
        self,
        prompt: str,
        *,
        seed: int = 0,
        size: Size | None = None,
        steps: int | None = None,
        guidance_scale: float | None = None,
        sampler: str | None = None,
        negative_prompt: str = "",
        noise_scale: float | None = None,
        loras: Sequence[LoraUse] | None = None,
        as_written: bool = False,
        **edits: Unpack[Edits],
    ) -> Request:
        """A checked request; what is `None` is the model's own default. Raises `UserError`."""

    def drew(self, picture: Picture) -> bool:
        """Whether it can draw `picture` again."""

    def generate(self, requests: Sequence[Request]) -> Run:
        """The pictures of `requests`; each distinct request is drawn once."""
