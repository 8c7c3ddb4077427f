"""Films: a GIF always, an MP4 with what is installed."""

import os
from pathlib import Path

import av
import pytest
from PIL import Image, ImageChops, ImageStat

from adfusion.errors import UserError
from adfusion.generation.editing import film

RAMP = Image.linear_gradient("L").resize((64, 48))
FRAMES = [
    Image.merge("RGB", (RAMP, RAMP.rotate(180), Image.new("L", RAMP.size, level))) for level in (0, 90, 180)
]


def test_a_gif_has_every_frame_at_the_right_pace_and_says_how_it_was_made(tmp_path: Path) -> None:
    film.save_gif(FRAMES, tmp_path / "a.gif", '{"prompt": "Öl"}')
    with Image.open(tmp_path / "a.gif") as gif:
        assert (gif.n_frames, gif.size, gif.info["loop"]) == (3, (64, 48), 0)
        assert gif.info["duration"] == pytest.approx(1000 / film.FRAMES_PER_SECOND, abs=10)
        assert gif.info["comment"].decode() == '{"prompt": "Öl"}'
        for index, frame in enumerate(FRAMES):
            gif.seek(index)
            difference = ImageChops.difference(gif.convert("RGB"), frame)
            assert max(ImageStat.Stat(difference).mean) < 6


def test_without_an_encoder_an_mp4_is_refused_with_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(film, "find_spec", lambda name: None)
    assert not film.can_save_mp4()
    with pytest.raises(UserError, match=r"PyAV \(pip install 'adfusion\[video\]'\) or ffmpeg"):
        film.save_mp4(FRAMES, tmp_path / "a.mp4")


@pytest.fixture
def ffmpeg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in that writes what it was told and given."""
    program = tmp_path / "bin" / "ffmpeg"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\nfor last; do :; done\n{ echo "$@"; cat | wc -c; } > "$last"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(film, "find_spec", lambda name: None)
    return program


def test_ffmpeg_is_given_every_pixel(ffmpeg: Path, tmp_path: Path) -> None:
    film.save_mp4(FRAMES, tmp_path / "a.mp4")
    told, given = (tmp_path / "a.mp4").read_text().splitlines()
    assert "-s 64x48 -r 12 -i -" in told
    assert int(given) == 3 * 64 * 48 * 3


def test_what_ffmpeg_complains_about_is_said_and_no_file_is_left(ffmpeg: Path, tmp_path: Path) -> None:
    ffmpeg.write_text("#!/bin/sh\ncat > /dev/null\necho 'no such codec' >&2\nexit 3\n")
    with pytest.raises(UserError, match=r"exit code 3 \(no such codec\)"):
        film.save_mp4(FRAMES, tmp_path / "a.mp4")
    assert [path.name for path in tmp_path.iterdir()] == ["bin"]


def test_pyav_encodes_every_frame_for_browsers(tmp_path: Path) -> None:
    film.save_mp4(FRAMES, tmp_path / "a.mp4")
    with av.open(str(tmp_path / "a.mp4")) as made:
        (stream,) = made.streams
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert stream.average_rate == film.FRAMES_PER_SECOND
        shown = [frame.to_image() for frame in made.decode(video=0)]
    assert len(shown) == len(FRAMES)
    for frame, drawn in zip(shown, FRAMES, strict=True):
        assert max(ImageStat.Stat(ImageChops.difference(frame, drawn)).mean) < 8


def test_what_pyav_complains_about_is_one_line_and_no_file_is_left(tmp_path: Path) -> None:
    odd = [frame.resize((63, 47)) for frame in FRAMES]
    with pytest.raises(UserError, match=r"PyAV: found an error \(.*\), allowed: a film"):
        film.save_mp4(odd, tmp_path / "a.mp4")
    assert list(tmp_path.iterdir()) == []
