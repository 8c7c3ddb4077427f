"""The licence of a pretrained model, as its card states it (https://huggingface.co/docs/hub/model-cards)."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

UNSTATED = "not stated"
RESTRICTIONS = {
    r"non-?commercial|\bnc\b": "no commercial use",
    r"openrail": "restricted uses are listed in the licence",
    r"community": "commercial use within the limits that the licence names",
}
"""What a licence's name says about use, by regular expression."""


@dataclass(frozen=True)
class License:
    id: str = UNSTATED
    """An identifier of the hub, such as `apache-2.0`; `other` goes with a name."""
    name: str = ""
    link: str = ""

    @property
    def restriction(self) -> str:
        """What to look out for, in words; empty where the name tells of nothing."""
        named = f"{self.id} {self.name}".lower().replace("_", "-")
        return next((words for pattern, words in RESTRICTIONS.items() if re.search(pattern, named)), "")

    def __str__(self) -> str:
        about = [each for each in (self.name, self.link, self.restriction) if each]
        return f"{self.id} ({'; '.join(about)})" if about else self.id


def license_of(folder: Path) -> License:
    """What the card in `folder` states in its front matter."""
    try:
        text = (folder / "README.md").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return License()
    found = re.match(r"---\s*\n(.*?)\n---\s*(\n|$)", text.removeprefix("\ufeff"), re.DOTALL)
    try:
        card = yaml.safe_load(found[1]) if found else None
    except yaml.YAMLError:
        card = None
    return stated(card if isinstance(card, dict) else {})


def stated(card: dict[str, Any]) -> License:
    """The licence in a card's front matter."""

    def line(key: str) -> str:
        value = card.get(key) or ""
        value = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        return " ".join(value.split())[:200]

    return License(line("license") or UNSTATED, line("license_name"), line("license_link"))
