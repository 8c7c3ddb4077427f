"""The loss curve of a run as a picture."""

import json
from pathlib import Path

from adfusion import files


def draw_loss_curve(log: Path, picture: Path, title: str) -> None:
    """Draw `loss` over `pictures` from a JSON-lines log, both axes logarithmic, with its running mean."""
    from matplotlib.figure import Figure

    rows = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    pictures, losses = [row["pictures"] for row in rows], [row["loss"] for row in rows]
    smooth: list[float] = []
    for loss in losses:
        smooth.append(loss if not smooth else 0.9 * smooth[-1] + 0.1 * loss)
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.add_subplot(xlabel="pictures seen", ylabel="loss", title=title, xscale="log", yscale="log")
    axes.plot(pictures, losses, color="#b8c4d6", linewidth=1)
    axes.plot(pictures, smooth, color="#2f4f7f", linewidth=1.8)
    axes.grid(True, which="both", alpha=0.25)
    with files.replacing(picture) as temporary:
        figure.savefig(temporary, dpi=110)
