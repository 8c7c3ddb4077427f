"""The work of a run: its pictures drawn, its creatives set, each file kept once it is whole."""

import dataclasses
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal, cast

from PIL import Image

from adfusion import files
from adfusion.campaigns import crew
from adfusion.campaigns.ahead import ahead
from adfusion.campaigns.composer import Composer, software
from adfusion.campaigns.fingerprint import fingerprint
from adfusion.campaigns.ledger import ApartLedger, Entry, Ledger
from adfusion.campaigns.manifest import (
    FORMAT,
    BriefRecord,
    CreativeRecord,
    FileRecord,
    Manifest,
    ModelRecord,
    PictureRecord,
    RulesRecord,
)
from adfusion.campaigns.marking import Finished, Marking
from adfusion.campaigns.panorama import joint
from adfusion.campaigns.plan import CREATIVES, CreativeJob, Deck, PictureJob, Plan
from adfusion.campaigns.source import Source
from adfusion.creative import draw, layout, svg
from adfusion.creative.archive import ASSETS, DOCUMENTS, Packer
from adfusion.creative.carousel import ensure_cards_fit
from adfusion.creative.checks import prove
from adfusion.creative.document import Creative
from adfusion.errors import UserError
from adfusion.generation import Generator, Picture, Progress, Request, load_picture, save_picture
from adfusion.generation.backends import license_of


@dataclass(frozen=True)
class CampaignProgress:
    """Where a run is. `done` of `total` in this stage; while a picture is drawn, `done` has a fraction."""

    stage: Literal["pictures", "creatives", "checks", "gallery"]
    done: float
    total: int


@dataclass(frozen=True)
class _Model:
    """What a picture depends on of the generator that draws it."""

    model_hash: str


def _open_worker(
    source: Source, out: Path, entries: tuple[Entry, ...], model: _Model
) -> Callable[[CreativeJob], tuple[Entry, ...]]:
    """For a process of a crew: makes one creative, and says which files are finished."""
    ledger = ApartLedger(out, entries)
    worker = Worker(source, out, ledger, cast("Generator", model))

    def make(job: CreativeJob) -> tuple[Entry, ...]:
        worker.make(job)
        return ledger.taken()

    return make


@dataclass(frozen=True)
class _Drawn:
    """A creative as a document and as pixels, not yet a file."""

    job: CreativeJob
    made_from: str
    creative: Creative
    image: Image.Image


class Worker:
    """Makes what a plan asks for and `ledger` does not know as finished, in the folder `out`."""

    def __init__(self, source: Source, out: Path, ledger: Ledger, generator: Generator) -> None:
        self.source, self.out, self.ledger, self.generator = source, out, ledger, generator
        self.composer = Composer(source, out)
        self.brand = self.composer.brand
        self._marking = Marking(source.campaign, source.brief.product.photo_files)
        self._made: set[str] = set()
        self._kept: set[str] = set()
        self._packer = Packer(self._keep_asset)

    @property
    def made(self) -> int:
        """Files made so far."""
        return len(self._made)

    @property
    def kept(self) -> int:
        """Files that were finished before."""
        return len(self._kept)

    def check_words(self, jobs: tuple[CreativeJob, ...]) -> None:
        """Lay out all words once without pictures: what does not fit is said before hours of drawing."""
        decks = dict.fromkeys((job.deck.copies, job.placement) for job in jobs if job.deck)
        words = dict.fromkeys((job.copy, job.placement, job.template) for job in jobs if not job.deck)
        try:
            for copies, placement in decks:
                ensure_cards_fit(copies, self.brand, placement)
            for copy, placement, template in words:
                layout.ensure_fits(copy, self.brand, placement, template)
        except UserError as error:
            raise UserError(f"{self.source.path}: {error}") from None

    def draw_pictures(self, jobs: tuple[PictureJob, ...]) -> Iterator[CampaignProgress]:
        """Draw the pictures that are missing, wide ones after their parts."""
        missing = [job for job in jobs if not self._is_kept(job.path, self._picture_from(job))]
        done = len(jobs) - len(missing)
        yield CampaignProgress("pictures", done, len(jobs))
        singles = [(job.request, job) for job in missing if not job.parts]
        for share in self._draw(singles):
            yield CampaignProgress("pictures", done + share, len(jobs))
        done += len(singles)
        wide = [(self._joint(job), job) for job in missing if job.parts]
        for share in self._draw(wide):
            yield CampaignProgress("pictures", done + share, len(jobs))

    def _draw(self, wanted: Sequence[tuple[Request, PictureJob]]) -> Iterator[float]:
        """Draw and keep; yields how many are done. Equal requests are drawn once, for all their jobs."""
        finished = 0
        pending: dict[Request, list[PictureJob]] = {}
        for request, job in wanted:
            if request.strength == 0 and request.initial is not None:
                self._keep(Picture(request, request.initial.image, model="", model_hash=""), job)
                finished += 1
            else:
                pending.setdefault(request, []).append(job)
        drawing = len(wanted) - finished
        for event in self.generator.generate(list(pending)) if pending else ():
            match event:
                case Progress():
                    yield max(len(wanted) - drawing + event.index / event.total * drawing, finished)
                case Picture():
                    for job in pending[event.request]:
                        self._keep(event, job)
                        finished += 1

    def _keep(self, picture: Picture, job: PictureJob) -> None:
        save_picture(picture, self.out / job.path)
        self._marking.register_picture(picture, job.id, self.out / job.path)
        self._finished(job.path, self._picture_from(job))

    def _joint(self, job: PictureJob) -> Request:
        """What draws the joints of a wide picture, now that its parts are there."""
        parts = [load_picture(self.out / part.path).image for part in job.parts]
        return joint(self.generator, job.request, parts, job.aspect)

    def draw_creatives(self, jobs: tuple[CreativeJob, ...], workers: int) -> Iterator[CampaignProgress]:
        """Make the creatives that are not whole, once their pictures are there."""
        pending = [job for job in jobs if not self._is_whole(job)]
        done = len(jobs) - len(pending)
        yield CampaignProgress("creatives", done, len(jobs))
        for index, _ in enumerate(self._made_of(pending, workers), done + 1):
            yield CampaignProgress("creatives", index, len(jobs))

    def _made_of(self, jobs: list[CreativeJob], workers: int) -> Iterator[None]:
        if workers > 1 and len(jobs) >= crew.FEWEST:
            known, model = self.ledger.entries(), _Model(self.generator.model_hash)
            opening = partial(_open_worker, self.source, self.out, known, model)
            for entries in crew.results(opening, jobs, workers):
                for entry in entries:
                    self.ledger.write(entry)
                    self._made.add(entry.path)
                yield
        else:
            drawn = (self._drawn(job) for job in jobs)
            for each, finished in ahead(self._finish, drawn, max(1, crew.cores() - 1)):
                self._write(each, finished)
                yield

    def _is_whole(self, job: CreativeJob) -> bool:
        """Whether the creative's document, its views and all that it shows are there as they should be."""
        made_from, path = self._creative_from(job), _document(job)
        if not self._is_kept(path, made_from):
            return False
        about = self.ledger[path].about
        views = ((view, made_from) for view in about["files"])
        assets = ((asset, Path(asset).name) for asset in about["assets"])
        return all(self._is_kept(*each) for each in (*views, *assets))

    def make(self, job: CreativeJob) -> None:
        """One creative, all its files."""
        drawn = self._drawn(job)
        self._write(drawn, self._finish(drawn))

    def _drawn(self, job: CreativeJob) -> _Drawn:
        creative = self.composer.compose(job)
        return _Drawn(job, self._creative_from(job), creative, draw.image(creative))

    def _finish(self, drawn: _Drawn) -> Finished:
        """All that needs neither fonts nor the ledger, and so a thread can do."""
        return self._marking.finish(drawn.creative, drawn.job.placement, drawn.made_from, drawn.image)

    def _write(self, drawn: _Drawn, finished: Finished) -> None:
        """The views and at last the document, which says that the creative is whole."""
        job, made_from, creative = drawn.job, drawn.made_from, drawn.creative
        found = {
            **finished.about(),
            "product": [dataclasses.asdict(proof) for proof in prove(creative)],
        }
        creative = dataclasses.replace(creative, metadata={**creative.metadata, **found})
        document, assets = self._packer.pack(creative)
        picture = f"{CREATIVES}/{job.id}{finished.encoded.suffix}"
        if not self._is_kept(picture, made_from):
            files.write_bytes(self.out / picture, finished.encoded.data)
            self._marking.register(finished)
            self._finished(picture, made_from)
        if not self._is_kept(job.svg_path, made_from):
            files.write_text(self.out / job.svg_path, svg.svg(creative))
            self._finished(job.svg_path, made_from)
        files.write_text(self.out / _document(job), document)
        about = {
            "files": [picture, job.svg_path],
            "assets": [f"{ASSETS}/{name}" for name in assets],
            "metadata": json.loads(json.dumps(dict(creative.metadata))),
        }
        self._finished(_document(job), made_from, about)

    def _keep_asset(self, name: str, data: bytes) -> None:
        path = f"{ASSETS}/{name}"
        if not self._is_kept(path, name):
            files.write_bytes(self.out / path, data)
            self._finished(path, name)

    def manifest(self, jobs: Plan) -> Manifest:
        """What the finished campaign says of itself."""
        creatives = tuple(self._creative_record(job, jobs.varies(job)) for job in jobs.creatives)
        assets = dict.fromkeys(asset for creative in creatives for asset in creative.assets)
        brief = BriefRecord(sha256=self.source.sha256, content=self.source.content, assets=self.source.assets)
        return Manifest(
            format=FORMAT,
            software=software(),
            model=ModelRecord(
                name=self.generator.name,
                hash=self.generator.model_hash,
                license=license_of(self.generator),
            ),
            brief=brief,
            pictures=tuple(
                PictureRecord(
                    id=job.id,
                    request=dataclasses.asdict(job.request),
                    file=self._record(job.path, self._picture_from(job)),
                )
                for job in jobs.pictures
            ),
            creatives=creatives,
            rules=RulesRecord(
                clear_space=self.brand.clear_space,
                smallest_logo=self.brand.smallest_logo,
                never=self.brand.never,
                legal=self.brand.legal,
                label=self.source.brief.label or "",
                labels=self.source.brief.labels,
            ),
            assets=tuple(self._record(asset, Path(asset).name) for asset in assets),
        )

    def _is_kept(self, path: str, made_from: str) -> bool:
        if path not in self._made and path not in self._kept and self.ledger.holds(path, made_from):
            self._kept.add(path)
        return path in self._made or path in self._kept

    def _finished(self, path: str, made_from: str, about: Mapping[str, object] | None = None) -> None:
        self.ledger.add(path, made_from, about)
        self._made.add(path)

    def _picture_from(self, job: PictureJob) -> str:
        parts = [self._picture_from(part) for part in job.parts]
        request = dataclasses.asdict(job.request)
        return fingerprint(software(), self.generator.model_hash, request, *parts)

    def _creative_from(self, job: CreativeJob) -> str:
        """Everything that decides the creative's files, so that an unchanged one is not composed again."""
        content = self.source.content
        return fingerprint(
            self.composer.metadata(job),
            self._picture_from(job.picture),
            self.ledger[job.picture.path].sha256,
            dataclasses.asdict(job.copy),
            *(_deck(job.deck) if job.deck else ()),
            dataclasses.asdict(job.placement),
            content["brand"],
            content["product"]["photo"],
            content["product"]["photos"],
            self.source.drawn_assets,
            self._marking.made_with,
        )

    def _record(self, path: str, made_from: str) -> FileRecord:
        return FileRecord(path=path, sha256=self.ledger[path].sha256, made_from=made_from)

    def _creative_record(self, job: CreativeJob, varies: tuple[str, ...]) -> CreativeRecord:
        made_from = self._creative_from(job)
        about = self.ledger[_document(job)].about
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
            varies=varies,
            metadata=about["metadata"],
            files=tuple(self._record(path, made_from) for path in (*about["files"], _document(job))),
            assets=tuple(about["assets"]),
        )


def _deck(deck: Deck) -> Iterator[object]:
    """All cards decide how one of them looks."""
    yield [dataclasses.asdict(copy) for copy in deck.copies]
    yield [photo and photo.name for photo in deck.photos]


def _document(job: CreativeJob) -> str:
    return f"{DOCUMENTS}/{job.id}.json"
