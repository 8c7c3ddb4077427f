"""Same weights, same steps: our sampler and network against `diffusers`, eager and compiled."""

from collections.abc import Callable, Iterator

import ours
import torch
from peer import MISSING, NO_COMPILER, Peer, compiles, installed
from rows import Row, compared, missing
from torch.utils.flop_counter import FlopCounterMode
from turns import in_turn, middle

from adfusion.models import Model
from adfusion.training import compute

SECTION = "Same weights, same steps"


def rows(model: Model, half: Model, quick: bool) -> Iterator[Row]:
    """`model` is one of many steps; `half` the same in bfloat16."""
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
    yield from _against(model, peers, drawn, note, quick)
    if "compiled" not in peers:
        yield missing(SECTION, "against torch.compile", "not with --quick" if quick else NO_COMPILER)
    yield _agreement(model, peers["eager"], steps, scale)
    if halves_pay(half):
        peers = {"eager, bfloat16 on both sides": Peer(half)}
        yield from _against(half, peers, drawn, note, quick)


def halves_pay(half: Model) -> bool:
    """Whether the device multiplies bfloat16 itself."""
    return half.device.type != "cpu" or torch.cpu._is_avx512_bf16_supported()


def _against(model: Model, peers: dict[str, Peer], drawn: "Counter", note: str, quick: bool) -> Iterator[Row]:
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
                least=1.0 if name == "compiled" else 1.3,
                note=note + _share_of_peak(model, things["ours"], middle(seconds["ours"])),
            )


def _share_of_peak(model: Model, draw: Callable[[], object], seconds: float) -> str:
    """Of what the device could do in bfloat16; nothing where that is unknown."""
    if (peak := compute.peak(model.device)) is None:
        return ""
    with FlopCounterMode(display=False) as counter:
        draw()
    return f", {counter.get_total_flops() / (peak * seconds):.1%} of the device's peak"


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
