"""Whether pictures show what their prompts name, attribute by attribute.

The idea is that of GenEval (Ghosh et al., arXiv:2310.11513) with a reader that is known to be right at least
98 times in 100 in place of a general detector.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from adfusion.evaluation.attributes import label
from adfusion.evaluation.prompts import Asked
from adfusion.evaluation.statistics import Share, share_of

EVERYTHING = "all of them"


def fidelity(
    asked: Sequence[Asked], read: Mapping[str, np.ndarray], attributes: Sequence[str]
) -> dict[str, Share]:
    """Share of pictures that show what was asked, by attribute, over the prompts that name it.

    read: for each attribute the value that the probe saw in each picture. The last entry, `all of them`,
    counts the pictures on which every named attribute is right. Attributes that no prompt names are left out.
    """
    right: dict[str, list[bool]] = {}
    for index, one in enumerate(asked):
        named = [name for name in attributes if name in one.attributes]
        found = [bool(read[name][index] == label(one.scene, name)) for name in named]
        for name, hit in zip(named, found, strict=True):
            right.setdefault(name, []).append(hit)
        right.setdefault(EVERYTHING, []).append(all(found))
    ordered = [name for name in (*attributes, EVERYTHING) if name in right]
    return {name: share_of(right[name]) for name in ordered}


def by_value(asked: Sequence[Asked], read: Mapping[str, np.ndarray], attribute: str) -> dict[str, Share]:
    """`fidelity` of one attribute for each value that was asked for: which product, which colour fails."""
    right: dict[str, list[bool]] = {}
    for index, one in enumerate(asked):
        if attribute in one.attributes:
            hit = bool(read[attribute][index] == label(one.scene, attribute))
            right.setdefault(str(getattr(one.scene, attribute)), []).append(hit)
    return {value: share_of(hits) for value, hits in sorted(right.items())}
