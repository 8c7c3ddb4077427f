"""Draws the figures of docs/example-*.md from finished runs of the examples, and the tables in these pages;
and the row of product photos in README.

adfusion campaign examples/oddleaf/brief.yaml -o out/oddleaf
adfusion campaign examples/oddleaf/carousel.yaml -o out/oddleaf-carousel
adfusion campaign examples/roastery/brief.yaml -o out/roastery
adfusion campaign examples/roastery/carousel.yaml -o out/roastery-carousel
python docs/figures/campaigns.py [out]
"""

import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from adfusion import files
from adfusion.campaigns import load_manifest
from adfusion.campaigns.check import CheckProgress, check
from adfusion.campaigns.manifest import CreativeRecord
from adfusion.creative import archive
from adfusion.creative.checks.parts import foreground, photos
from adfusion.creative.document import Creative, Picture
from adfusion.creative.draw import pixels, resampled

DOCS = Path(__file__).parents[1]
WIDTH, GAP, PAPER = 1400, 14, "#f6f4f0"
PLACES = (
    ("meta-feed-square", "meta-feed-portrait", "meta-story", "iab-skyscraper"),
    ("google-landscape", "iab-medium-rectangle"),
    ("iab-leaderboard",),
)
"""Rows of a sheet of placements."""


class Run:
    """A finished campaign."""

    def __init__(self, out: Path) -> None:
        manifest = load_manifest(out)
        if manifest is None:
            sys.exit(f"{out}: found no campaign; run the commands at the top of {__file__} first")
        self.out, self.manifest = out, manifest
        *_, self.report = (event for event in check(out) if not isinstance(event, CheckProgress))

    def records(self, **having: str) -> list[CreativeRecord]:
        return [
            record
            for record in self.manifest.creatives
            if all(getattr(record, name) == value for name, value in having.items())
        ]

    def image(self, record: CreativeRecord) -> Image.Image:
        with Image.open(self.out / record.files[0].path) as file:
            return file.convert("RGB")

    def document(self, record: CreativeRecord) -> Creative:
        return archive.load(self.out / record.files[-1].path, self.out / archive.ASSETS)

    def placements(self, **having: str) -> Image.Image:
        """One set in every placement, in rows as wide as the sheet."""
        found = {record.placement: record for record in self.records(**having)}
        rows = ([found[name] for name in row if name in found] for row in PLACES)
        return stacked([justified([self.image(record) for record in row]) for row in rows if row])

    def grid(self, columns: int, **having: str) -> Image.Image:
        images = [self.image(record) for record in self.records(**having)]
        return stacked(
            [justified(images[start : start + columns]) for start in range(0, len(images), columns)]
        )

    def carousel(self) -> Image.Image:
        """The cards with nothing between them."""
        records = self.manifest.creatives
        cards = [self.image(record) for record in records]
        if records[0].metadata["direction"] == "right to left":
            cards.reverse()
        return justified(cards, gap=0)

    def found(self) -> list[str]:
        """Lines of a table of what the checks said."""
        kinds = Counter(
            (finding.check, finding.severity)
            for creative in self.report.creatives
            for finding in creative.findings
        )
        yield_ = f"{len(self.manifest.creatives)} creatives from {len(self.manifest.pictures)} pictures"
        said = f"{self.report.errors} errors, {self.report.warnings} warnings"
        model = self.manifest.model
        lines = [f"Model `{model.name}` {model.hash[:12]}: {yield_}, {said}."]
        if kinds:
            lines += ["", "| check | severity | creatives |", "|---|---|---|"]
            lines += [f"| {name} | {severity} | {count} |" for (name, severity), count in kinds.items()]
        contrasts = [min(record.metadata["contrast"].values()) for record in self.manifest.creatives]
        before, after = (
            np.mean([record.metadata[f"palette_distance{when}"] for record in self.manifest.creatives])
            for when in ("_before", "")
        )
        return [
            *lines,
            "",
            f"Least contrast of a text with what is behind it: {min(contrasts):.1f}:1. Mean distance to the "
            f"palette (ΔE2000): {before:.1f} as drawn, {after:.1f} as graded.",
        ]

    def proofs(self) -> list[str]:
        """Lines of a table of the products' pixels."""
        lines = ["| placement | segment | concept | opaque pixels | altered | covered | SHA-256 of both |"]
        lines.append("|---|---|---|---|---|---|---|")
        for record in self.manifest.creatives:
            for proof in record.metadata["product"]:
                same = proof["photo_sha256"] == proof["drawn_sha256"]
                lines.append(
                    f"| {record.placement} | {record.segment} | {record.concept} | {proof['opaque']:,} "
                    f"| {proof['altered']} | {proof['covered']} "
                    f"| {proof['photo_sha256'][:12] if same else 'differ'} |"
                )
        return lines

    def proof(self, record: CreativeRecord) -> Image.Image:
        """The photo as it is placed, the same part of the drawing without words, and where they differ."""
        creative = self.document(record)
        (photo,) = photos(creative)
        bare = pixels(creative, hide={layer.id for layer in foreground(creative)})
        left, top, width, height = (round(side) for side in _box(photo))
        part = bare[top : top + height, left : left + width]
        placed = np.asarray(resampled(photo).convert("RGBA"))
        opaque = placed[..., 3:] == 255
        on_white = np.where(opaque, placed[..., :3], 255)
        difference = np.where(opaque, np.abs(part.astype(int) - placed[..., :3]) * 16, 128)
        return justified(
            [Image.fromarray(np.uint8(np.clip(each, 0, 255))) for each in (on_white, part, difference)]
        )


def _box(photo: Picture) -> tuple[float, float, float, float]:
    return photo.box.left, photo.box.top, photo.box.width, photo.box.height


def justified(images: Sequence[Image.Image], gap: int = GAP) -> Image.Image:
    """Pictures of one height in a row of `WIDTH`, none larger than it is."""
    room = WIDTH - gap * (len(images) - 1)
    height = min(room / sum(each.width / each.height for each in images), max(each.height for each in images))
    sized = [each.resize((round(height * each.width / each.height), round(height)), Image.Resampling.LANCZOS)
             for each in images]  # fmt: skip
    sheet = Image.new(
        "RGB", (sum(each.width for each in sized) + gap * (len(sized) - 1), round(height)), PAPER
    )
    left = 0
    for each in sized:
        sheet.paste(each, (left, 0))
        left += each.width + gap
    return sheet


def stacked(rows: Sequence[Image.Image]) -> Image.Image:
    height = sum(row.height for row in rows) + GAP * (len(rows) - 1)
    sheet = Image.new("RGB", (WIDTH, height), PAPER)
    top = 0
    for row in rows:
        sheet.paste(row, ((WIDTH - row.width) // 2, top))
        top += row.height + GAP
    return sheet


def save(name: str, picture: Image.Image) -> None:
    path = DOCS / "images" / f"example-{name}.jpg"
    with files.replacing(path) as temporary:
        picture.save(temporary, format="JPEG", quality=82, optimize=True, progressive=True)
    print(f"{path} {path.stat().st_size // 1000} kB")


def fill(page: str, blocks: dict[str, Iterable[str]]) -> None:
    """Replace what stands between `<!-- name -->` and `<!-- end -->` in a page."""
    path = DOCS / page
    text = path.read_text(encoding="utf-8")
    for name, lines in blocks.items():
        pattern = re.compile(f"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        content = "\n".join(lines)
        text = pattern.sub(lambda match, content=content: f"{match[1]}{content}\n{match[2]}", text)
    files.write_text(path, text)
    print(path)


def main() -> None:
    runs = Path(sys.argv[1] if len(sys.argv) > 1 else "out")
    names = ("oddleaf", "oddleaf-carousel", "roastery", "roastery-carousel")
    oddleaf, oddleaf_cards, roastery, roastery_cards = (Run(runs / name) for name in names)
    first = oddleaf.manifest.creatives[0]
    save("oddleaf", oddleaf.placements(concept=first.concept, segment=first.segment))
    save("oddleaf-segments", oddleaf.grid(3, placement="meta-feed-square"))
    save("oddleaf-carousel", oddleaf_cards.carousel())
    fill("example-oddleaf.md", {"checks": oddleaf.found(), "carousel": oddleaf_cards.found()})
    concept = roastery.manifest.creatives[0].concept
    save("roastery", roastery.placements(concept=concept, segment="Home baristas"))
    save("roastery-gulf", roastery.placements(concept=concept, segment="Gulf"))
    places = {"google-landscape": "Home baristas", "meta-feed-square": "Gulf", "meta-story": "Home baristas"}
    chosen = [roastery.records(placement=place, segment=segment)[0] for place, segment in places.items()]
    save("roastery-scripts", justified([roastery.image(record) for record in chosen]))
    save("roastery-concepts", roastery.grid(4, placement="meta-feed-square"))
    shown = next(record for record in roastery.manifest.creatives if record.metadata["product"])
    save("roastery-proof", roastery.proof(shown))
    save("roastery-carousel", roastery_cards.carousel())
    proofs = {"proof": roastery.proofs(), "carousel": [*roastery_cards.found(), "", *roastery_cards.proofs()]}
    fill("example-roastery.md", {"checks": roastery.found(), **proofs})


if __name__ == "__main__":
    main()
