"""Running a campaign: pictures, then creatives, then the manifest and the gallery."""

import dataclasses
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from PIL import Image

import adfusion
from adfusion import files
from adfusion.campaigns.fingerprint import fingerprint
from adfusion.campaigns.gallery import GALLERY, Card, card, write_gallery
from adfusion.campaigns.ledger import Ledger
from adfusion.campaigns.look import look
from adfusion.campaigns.manifest import (
    FORMAT,
    BriefRecord,
    CreativeRecord,
    FileRecord,
    Manifest,
    ModelRecord,
    PictureRecord,
    load_manifest,
)
from adfusion.campaigns.plan import CREATIVES, PICTURES, CreativeJob, PictureJob, Plan, plan
from adfusion.campaigns.source import Source, open_source
from adfusion.creative import draw, layout, svg
from adfusion.creative.document import Creative
from adfusion.creative.wording import Copy
from adfusion.errors import UserError
from adfusion.generation import Generator, Picture, Progress, load_picture, save_picture


@dataclass(frozen=True)
class CampaignProgress:
    """Where a run is. `done` of `total` in this stage; while a picture is drawn, `done` has a fraction."""

    stage: Literal["pictures", "creatives", "gallery"]
    done: float
    total: int


@dataclass(frozen=True)
class CampaignResult:
    """What a run leaves behind; the last thing that it yields."""

    manifest: Path
    gallery: Path
    pictures: int
    creatives: int
    made: int
    """Files made in this run: pictures, creatives and SVGs."""
    kept: int
    """Files that were finished before."""


class Campaign:
    """A brief and the folder that its creatives go to.

    Opening it checks the brief and the folder, in milliseconds. Raises `UserError` for whatever is wrong with
    the brief, and if `out` holds something else. With `resume`, finished files there are kept if they are
    still what the brief asks for, and everything else is made.
    """

    def __init__(self, brief: Path, out: Path, *, limit: int | None = None, resume: bool = False) -> None:
        self.source: Source = open_source(brief)
        self.out = Path(out)
        self.limit = limit
        self._ledger = Ledger(self.out)
        self._check_out(resume)

    def run(
        self, generator: Generator, steps: int | None = None
    ) -> Iterator[CampaignProgress | CampaignResult]:
        """Make what is missing. Work happens while iterating; whatever is finished stays finished."""
        jobs = plan(self.source.brief, generator, steps).limited(self.limit)
        worker = _Worker(self.source, self.out, self._ledger, generator)
        worker.check_words(jobs.creatives)
        self._ledger.begin(self.source.sha256)
        yield from worker.draw_pictures(jobs.pictures)
        yield from worker.draw_creatives(jobs.creatives)
        manifest = worker.manifest(jobs)
        gallery: list[Card] = []
        for creative in manifest.creatives:
            gallery.append(card(self.out, creative))
            yield CampaignProgress("gallery", len(gallery), len(manifest.creatives))
        page = write_gallery(self.out, look(self.source.brief, generator.name), gallery)
        path = manifest.save(self.out)
        self._ledger.end()
        yield CampaignResult(path, page, len(jobs.pictures), len(jobs.creatives), worker.made, worker.kept)

    def _check_out(self, resume: bool) -> None:
        if self.out.exists() and not self.out.is_dir():
            raise UserError(f"{self.out}: found a file, allowed: a folder, or a name that is still free")
        before = load_manifest(self.out)
        brief = self._ledger.brief() or (before.brief.sha256 if before else None)
        if resume:
            for entry in before.entries() if before else []:
                self._ledger.note(entry)
            self._ledger.recall()
            for folder in (PICTURES, CREATIVES):
                for leftover in (self.out / folder).glob(".*"):  # temporary files of a killed run
                    leftover.unlink(missing_ok=True)
        elif brief is not None and brief != self.source.sha256:
            raise UserError(
                f"{self.out}: found the campaign of another brief, allowed: a folder of its own, "
                "or --resume to keep what is the same and make the rest"
            )
        elif brief is None and (self.out / GALLERY).exists():
            raise UserError(f"{self.out}: found an {GALLERY} of something else, allowed: a folder of its own")


class _Worker:
    def __init__(self, source: Source, out: Path, ledger: Ledger, generator: Generator) -> None:
        self.source, self.out, self.ledger, self.generator = source, out, ledger, generator
        self.brand = source.brief.brand.open()
        self.photo = source.brief.product.open_photo()
        self.made = self.kept = 0
        self._image = lru_cache(maxsize=16)(lambda path: load_picture(path).image)

    def check_words(self, jobs: tuple[CreativeJob, ...]) -> None:
        """Lay out all words once on an empty picture: what does not fit is said before hours of drawing."""
        blank = Image.new("RGB", (64, 64))
        settings = dict.fromkeys((job.headline, job.call_to_action, job.placement) for job in jobs)
        for headline, call_to_action, placement in settings:
            try:
                layout.compose(blank, Copy(headline, call_to_action), self.brand, placement)
            except UserError as error:
                raise UserError(f"{self.source.path}: {error}") from None

    def draw_pictures(self, jobs: tuple[PictureJob, ...]) -> Iterator[CampaignProgress]:
        pending = {job.request: job for job in jobs if not self._is_kept(job.path, self._picture_from(job))}
        done, total = len(jobs) - len(pending), len(jobs)
        yield CampaignProgress("pictures", done, total)
        finished = 0
        for event in self.generator.generate(list(pending)):
            match event:
                case Progress():
                    share = event.index / event.total * len(pending)
                    yield CampaignProgress("pictures", done + max(share, finished), total)
                case Picture():
                    job = pending[event.request]
                    save_picture(event, self.out / job.path)
                    self._finished(job.path, self._picture_from(job))
                    finished += 1

    def draw_creatives(self, jobs: tuple[CreativeJob, ...]) -> Iterator[CampaignProgress]:
        for index, job in enumerate(jobs, 1):
            made_from = self._creative_from(job)
            kept = [self._is_kept(path, made_from) for path in (job.path, job.svg_path)]
            if not all(kept):
                creative = self._compose(job)
                files.write_bytes(self.out / job.path, draw.encode(creative, job.placement.format))
                self._finished(job.path, made_from, json.loads(json.dumps(dict(creative.metadata))))
                files.write_text(self.out / job.svg_path, svg.svg(creative))
                self._finished(job.svg_path, made_from)
            yield CampaignProgress("creatives", index, len(jobs))

    def manifest(self, jobs: Plan) -> Manifest:
        brief = BriefRecord(sha256=self.source.sha256, content=self.source.content, assets=self.source.assets)
        return Manifest(
            format=FORMAT,
            software=_software(),
            model=ModelRecord(name=self.generator.name, hash=self.generator.model_hash),
            brief=brief,
            pictures=tuple(
                PictureRecord(
                    id=job.id,
                    request=dataclasses.asdict(job.request),
                    file=self._record(job.path, self._picture_from(job)),
                )
                for job in jobs.pictures
            ),
            creatives=tuple(self._creative_record(job) for job in jobs.creatives),
        )

    def _compose(self, job: CreativeJob) -> Creative:
        return layout.compose(
            self._image(self.out / job.picture.path),
            Copy(job.headline, job.call_to_action),
            self.brand,
            job.placement,
            copy_space=job.placement.copy_space,
            product=self.photo,
            metadata=self._metadata(job),
        )

    def _metadata(self, job: CreativeJob) -> dict[str, object]:
        """What the document says about its place in the campaign."""
        return {
            "id": job.id,
            "concept": job.concept,
            "segment": job.segment,
            "variant": job.variant,
            "picture": job.picture.id,
            "prompt": job.picture.request.prompt,
            "seed": job.picture.request.seed,
            "model": self.generator.name,
            "model_hash": self.generator.model_hash,
            "software": _software(),
        }

    def _is_kept(self, path: str, made_from: str) -> bool:
        kept = self.ledger.holds(path, made_from)
        self.kept += kept
        return kept

    def _finished(self, path: str, made_from: str, about: Mapping[str, object] | None = None) -> None:
        self.ledger.add(path, made_from, about)
        self.made += 1

    def _picture_from(self, job: PictureJob) -> str:
        return fingerprint(_software(), self.generator.model_hash, dataclasses.asdict(job.request))

    def _creative_from(self, job: CreativeJob) -> str:
        """Everything that decides the creative's files, so that an unchanged one is not composed again."""
        content = self.source.content
        return fingerprint(
            self._metadata(job),
            self._picture_from(job.picture),
            self.ledger[job.picture.path].sha256,
            job.headline,
            job.call_to_action,
            dataclasses.asdict(job.placement),
            content["brand"],
            content["product"]["photo"],
            self.source.assets,
        )

    def _record(self, path: str, made_from: str) -> FileRecord:
        return FileRecord(path=path, sha256=self.ledger[path].sha256, made_from=made_from)

    def _creative_record(self, job: CreativeJob) -> CreativeRecord:
        made_from = self._creative_from(job)
        return CreativeRecord(
            id=job.id,
            concept=job.concept,
            segment=job.segment,
            headline=job.headline,
            call_to_action=job.call_to_action,
            placement=job.placement.name,
            variant=job.variant,
            width=job.placement.width,
            height=job.placement.height,
            picture=job.picture.id,
            metadata=dict(self.ledger[job.path].about),
            files=(self._record(job.path, made_from), self._record(job.svg_path, made_from)),
        )


def _software() -> str:
    return f"adfusion {adfusion.__version__}"
