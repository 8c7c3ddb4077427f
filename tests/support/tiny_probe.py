"""A probe that was hardly trained, and so little to measure that it takes a second."""

from pathlib import Path

from adfusion.evaluation.attributes import ATTRIBUTES
from adfusion.evaluation.evaluate import Effort
from adfusion.evaluation.probe import ProbeCard, ProbeReader, load_probe, probe_config
from adfusion.evaluation.statistics import Share
from adfusion.nets.probe import Probe
from adfusion.training.probe import pack_probe
from tiny_runs import COMMON

PROBE = {
    **COMMON, "name": "tiny probe", "train": "probe", "pictures": 96,
    "network": {"width": 8, "blocks": 1},
}  # fmt: skip
TINY_EFFORT = Effort(seen=8, held_out=4, shaped=2, renders=12, training=20, large=1, steps=1)
UNTRAINED = ProbeReader(
    ProbeCard(width=8, blocks=1, attributes=ATTRIBUTES, accuracy={}, training={"recipe": COMMON}, sha256=""),
    Probe(probe_config(8, 1, ATTRIBUTES)).eval(),
)


def tiny_probe(runs: Path, *trusted: str) -> ProbeReader:
    """The probe of `runs / "probe"`, as if it read `trusted` well."""
    pack_probe(runs / "probe", runs / "packed probe", scenes=4)
    return vouched_for(load_probe(runs / "packed probe"), *trusted)


def vouched_for(reader: ProbeReader, *trusted: str) -> ProbeReader:
    """The same probe with a card that says that it reads `trusted` well."""
    accuracy = {name: Share(right=100 if name in trusted else 50, count=100) for name in ATTRIBUTES}
    return ProbeReader(reader.card.model_copy(update={"accuracy": accuracy}), reader.network)
