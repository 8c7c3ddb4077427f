"""Same weights, same steps: our sampler and network against `diffusers`, eager and compiled."""

from collections.abc import Callable, Iterator

import ours
from peer import MISSING, NO_COMPILER, Peer, compiles, installed
from rows import Row, compared, missing
from turns import in_turn

from adfusion.models import Model

SECTION = "Same weights, same steps"


def rows(model: Model, quick: bool) -> Iterator[Row]:
    """`model` is one of many steps."""
    if not installed():
        yield missing(SECTION, "diffusers", MISSING)
        return
    defaults = model.card.defaults
    steps, scale = (5 if quick else defaults.steps), defaults.guidance_scale
    drawn = Counter(steps, scale)
    peers = {"eager": Peer(model)}
    if compiles() and not quick:
        peers["compiled"] = Peer(model, compiled=True)
    note = f"{steps} steps, guidance {scale:g}, {model.device}"
    for batch in (1, 8):
        things: dict[str, Callable[[], object]] = {
            "ours": drawn.thing(lambda *given: ours.pixels(model, *given), batch),
            **{name: drawn.thing(peer.pixels, batch) for name, peer in peers.items()},
        }
        # A compiled network is compiled again for the second length of texts, then for lengths of any kind.
        seconds = in_turn(things, rounds=3 if quick else 7, warm_up=3 if "compiled" in peers else 1)
        for name in peers:
            yield compared(
                SECTION,
                f"a picture, batch {batch}, against {name}",
                seconds["ours"],
                seconds[name],
                of=batch,
                least=1.3 if name == "eager" else 1.0,
                note=note,
            )
    if "compiled" not in peers:
        yield missing(SECTION, "against torch.compile", "not with --quick" if quick else NO_COMPILER)
    yield _agreement(model, peers["eager"], steps, scale)


class Counter:
    """Gives every call new words and seeds, the same on both sides."""

    def __init__(self, steps: int, scale: float) -> None:
        self.steps, self.scale = steps, scale

    def thing(self, draw: Callable[..., object], batch: int) -> Callable[[], object]:
        first = 0

        def call() -> object:
            nonlocal first
            first += batch
            texts = ours.prompts(batch, first)
            return draw(texts, range(first, first + batch), self.steps, self.scale)

        return call


def _agreement(model: Model, peer: Peer, steps: int, scale: float) -> Row:
    """How far the two pictures of a prompt and a seed are apart: the grids of time differ by thousandths."""
    given = ours.prompts(4), range(4), steps, scale
    difference = (ours.pixels(model, *given) - peer.pixels(*given)).abs() * 127.5
    levels = float(difference.mean())
    note = f"mean difference of the two pictures, levels of 255; the largest is {float(difference.max()):.0f}"
    return Row(SECTION, "both draw the same picture", levels, None, "levels", most=5.0, note=note)
