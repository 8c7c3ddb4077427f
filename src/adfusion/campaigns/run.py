"""Running a campaign: pictures, then creatives, then the manifest and the gallery."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from adfusion.campaigns.check import CheckProgress, Report, check
from adfusion.campaigns.gallery import EMBEDDED, GALLERY, Card, card, write_gallery
from adfusion.campaigns.ledger import Ledger
from adfusion.campaigns.look import look
from adfusion.campaigns.manifest import (
    load_manifest,
)
from adfusion.campaigns.marking import with_noise_marks
from adfusion.campaigns.plan import CREATIVES, PICTURES, plan
from adfusion.campaigns.source import Source, open_source
from adfusion.campaigns.worker import CampaignProgress, Worker
from adfusion.creative.archive import ASSETS, DOCUMENTS
from adfusion.errors import UserError
from adfusion.generation import Generator


@dataclass(frozen=True)
class CampaignResult:
    """What a run leaves behind; the last thing that it yields."""

    manifest: Path
    gallery: Path
    pictures: int
    creatives: int
    made: int
    """Files made in this run: pictures, creatives in their forms, and what their documents show."""
    kept: int
    """Files that were finished before."""
    report: Report
    """What the checks found."""


class Campaign:
    """A brief and the folder that its creatives go to.

    Opening it checks the brief and the folder, in milliseconds. Raises `UserError` for whatever is wrong with
    the brief, and if `out` holds something else. With `resume`, finished files there are kept if they are
    still what the brief asks for, and everything else is made. `season` puts every concept in that season.
    """

    def __init__(
        self,
        brief: Path,
        out: Path,
        *,
        limit: int | None = None,
        resume: bool = False,
        season: str | None = None,
    ) -> None:
        self.source: Source = open_source(brief, season)
        self.out = Path(out)
        self.limit = limit
        self._ledger = Ledger(self.out)
        self._check_out(resume)

    def run(
        self, generator: Generator, steps: int | None = None, workers: int = 1, mark: bool = True
    ) -> Iterator[CampaignProgress | CampaignResult]:
        """Make what is missing. Work happens while iterating; whatever is finished stays finished.

        With several `workers` many creatives are set in so many processes, which gives the same files; a
        script that asks for it must be importable (`if __name__ == "__main__":`). With `mark` pictures are
        drawn from marked noise, where the model can.
        """
        jobs = plan(self.source.brief, generator, steps).limited(self.limit)
        if mark:
            jobs = with_noise_marks(jobs, generator, self.source.campaign)
        worker = Worker(self.source, self.out, self._ledger, generator)
        worker.check_words(jobs.creatives)
        self._ledger.begin(self.source.sha256)
        yield from worker.draw_pictures(jobs.pictures)
        yield from worker.draw_creatives(jobs.creatives, workers)
        manifest = worker.manifest(jobs)
        path = manifest.save(self.out)
        for event in check(self.out):
            if isinstance(event, CheckProgress):
                yield CampaignProgress("checks", event.done, event.total)
            else:
                report = event
        gallery: list[Card] = []
        embed = len(manifest.creatives) <= EMBEDDED
        for creative in manifest.creatives:
            gallery.append(card(self.out, creative, report.findings(creative.id), embed=embed))
            yield CampaignProgress("gallery", len(gallery), len(manifest.creatives))
        page = write_gallery(self.out, look(self.source.brief, generator.name), gallery)
        self._ledger.end()
        yield CampaignResult(
            path, page, len(jobs.pictures), len(jobs.creatives), worker.made, worker.kept, report
        )

    def _check_out(self, resume: bool) -> None:
        if self.out.exists() and not self.out.is_dir():
            raise UserError(f"{self.out}: found a file, allowed: a folder, or a name that is still free")
        before = load_manifest(self.out)
        brief = self._ledger.brief() or (before.brief.sha256 if before else None)
        if resume:
            for entry in before.entries() if before else []:
                self._ledger.note(entry)
            self._ledger.recall()
            for folder in (PICTURES, CREATIVES, DOCUMENTS, ASSETS):
                for leftover in (self.out / folder).glob(".*"):  # temporary files of a killed run
                    leftover.unlink(missing_ok=True)
        elif brief is not None and brief != self.source.sha256:
            raise UserError(
                f"{self.out}: found the campaign of another brief, allowed: a folder of its own, "
                "or --resume to keep what is the same and make the rest"
            )
        elif brief is None and (self.out / GALLERY).exists():
            raise UserError(f"{self.out}: found an {GALLERY} of something else, allowed: a folder of its own")
