"""A row of pictures as a film: GIF always, MP4 where an encoder is installed."""

import shutil
import subprocess
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from PIL import Image

from adfusion import files
from adfusion.errors import UserError

FRAMES_PER_SECOND = 12
MP4_WANTS = "PyAV (pip install 'adfusion[video]') or ffmpeg"


def save_gif(frames: Sequence[Image.Image], path: Path, said: str = "") -> None:
    """A GIF that loops, each frame in 256 colours of its own, dithered; `said` is its comment."""
    first, *others = [
        frame.quantize(palette=frame.quantize(256), dither=Image.Dither.FLOYDSTEINBERG) for frame in frames
    ]
    with files.replacing(path) as temporary:
        first.save(
            temporary, format="GIF", save_all=True, append_images=others, loop=0, comment=said.encode(),
            duration=round(1000 / FRAMES_PER_SECOND),
        )  # fmt: skip


def can_save_mp4() -> bool:
    """Whether one of `MP4_WANTS` is installed."""
    return find_spec("av") is not None or shutil.which("ffmpeg") is not None


def save_mp4(frames: Sequence[Image.Image], path: Path) -> None:
    """An H.264 film (whatever an ffmpeg without it has) that browsers and phones play.

    `frames` are RGB, of one size with even sides. Raises `UserError` if no encoder is installed, or it fails.
    """
    if not can_save_mp4():
        raise UserError(f"{path}: found no encoder, allowed: {MP4_WANTS}")
    with files.replacing(path) as temporary:
        (_with_pyav if find_spec("av") is not None else _with_ffmpeg)(frames, temporary)


def _with_pyav(frames: Sequence[Image.Image], path: Path) -> None:
    av = import_module("av")
    try:
        with av.open(str(path), "w", options={"movflags": "faststart"}) as film:
            stream = film.add_stream("libx264", rate=FRAMES_PER_SECOND)
            stream.width, stream.height = frames[0].size
            stream.pix_fmt = "yuv420p"
            for frame in frames:
                film.mux(stream.encode(av.VideoFrame.from_image(frame)))
            film.mux(stream.encode(None))
    except (av.FFmpegError, ValueError) as error:
        raise UserError(f"PyAV: found an error ({error}), allowed: a film") from error


def _with_ffmpeg(frames: Sequence[Image.Image], path: Path) -> None:
    width, height = frames[0].size
    raw = f"-f rawvideo -pix_fmt rgb24 -s {width}x{height} -r {FRAMES_PER_SECOND} -i -".split()
    command = [
        "ffmpeg",
        "-v",
        "error",
        "-y",
        *raw,
        "-pix_fmt",
        "yuv420p",
        "-movflags",
        "+faststart",
        str(path),
    ]
    done = subprocess.run(command, input=b"".join(map(Image.Image.tobytes, frames)), capture_output=True)
    if done.returncode:
        reason = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["no reason given"]
        raise UserError(f"ffmpeg: found exit code {done.returncode} ({reason[0]}), allowed: a film")
