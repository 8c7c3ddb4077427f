"""The picture everywhere; headline above the product and button below it, all on one axis."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from adfusion.creative.document import Box
from adfusion.creative.templates.arrangement import Arrangement, arranged
from adfusion.creative.templates.parts import Block, Chip, Fade, fit_legal, make_button, put_chip
from adfusion.creative.templates.stack import stack
from adfusion.creative.templates.task import Task


@dataclass(frozen=True)
class _Foot:
    top: float
    button: Chip | None
    legal: tuple[Block, ...]


def centred(task: Task) -> Iterator[Arrangement]:
    foot = _foot(task)
    if task.ratio > 2.2 or foot is None:
        return
    canvas, area = task.canvas, task.area
    above = replace(task, copy=replace(task.copy, call_to_action="", legal=""))
    for share, strain in ((0.42, 0.0), (0.55, 0.05)):
        room = min(share * area.height, foot.top - area.top - task.gap)
        found = stack(above, replace(area, height=room), align="centre", anchor=0.0)
        if found is None:
            continue
        bottom = found.bottom + 0.5 * task.gap
        end = bottom + 0.2 * canvas.height
        fades = [Fade((0, 0), (0, end), bottom / end)]
        if foot.legal or task.brand.button == "outline":
            begin = foot.top - 0.5 * task.gap
            end = begin - 0.16 * canvas.height
            fades.append(Fade((0, canvas.bottom), (0, end), (canvas.bottom - begin) / (canvas.bottom - end)))
        stage_top = bottom + task.gap
        yield arranged(
            replace(found, texts=(*found.texts, *foot.legal), button=foot.button),
            picture=canvas,
            stage=Box(area.left, stage_top, area.width, foot.top - 0.5 * task.gap - stage_top),
            fades=tuple(fades),
            strain=strain,
        )
        return


def _foot(task: Task) -> _Foot | None:
    """Button and legal line at the bottom of the canvas; `None` if one that is wanted does not fit."""
    area, button, top = task.area, None, task.area.bottom
    legal: tuple[Block, ...] = ()
    if task.copy.legal:
        setting = fit_legal(task, area.width, 0.2 * area.height)
        if setting is None:
            return None
        top -= setting.height + 0.25 * setting.size
        legal = (Block("legal", setting, area, "centre", top),)
        top -= task.gap
    if task.copy.call_to_action:
        button = make_button(task, area.width)
        if button is None:
            return None
        top -= button.box.height
        button = put_chip(button, area, "centre", top)
    return _Foot(top, button, legal)
