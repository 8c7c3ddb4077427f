"""What is chosen for a pretrained model before any of it is opened: family, sizes, memory, licence."""

from pathlib import Path

import pytest

from adfusion.errors import UserError
from adfusion.generation.diffusers.families import OTHER, family, native_sizes
from adfusion.generation.diffusers.license import license_of
from adfusion.generation.diffusers.memory import GIB, Machine, planned
from adfusion.generation.size import nearest_size

BILLION = 10**9
LAPTOP = Machine("cpu", 16 * GIB, 16 * GIB)
SMALL, LARGE = Machine("cuda", 8 * GIB, 64 * GIB), Machine("cuda", 80 * GIB, 128 * GIB)


@pytest.mark.parametrize(
    ("pipeline", "name", "options", "expected", "steps"),
    [
        ("StableDiffusionPipeline", "hf:org/anything", {}, "Stable Diffusion 1/2", 50),
        ("StableDiffusionPipeline", "hf:stabilityai/sd-turbo", {}, "SD Turbo", 1),
        ("StableDiffusionXLPipeline", "hf:stabilityai/sdxl-turbo", {}, "SDXL Turbo", 1),
        ("StableDiffusionXLPipeline", "sdxl_lightning_4step", {}, "SDXL Lightning", 4),
        ("StableDiffusionXLControlNetPipeline", "my-xl", {}, "SDXL", 50),
        ("StableDiffusion3Pipeline", "hf:org/stable-diffusion-3.5-large", {}, "SD 3.5", 28),
        ("StableDiffusion3Pipeline", "hf:org/stable-diffusion-3-medium", {}, "SD 3", 28),
        ("FluxPipeline", "a copy", {"guidance_embeds": True}, "FLUX dev", 28),
        ("FluxPipeline", "a copy", {"guidance_embeds": False}, "FLUX schnell", 4),
        ("PixArtSigmaPipeline", "x", {}, "PixArt", 20),
        ("SanaPipeline", "x", {}, "Sana", 20),
        ("ZImagePipeline", "hf:Tongyi-MAI/Z-Image-Turbo", {}, "Z-Image Turbo", 9),
        ("QwenImagePipeline", "x", {}, "Qwen-Image", 50),
        ("Flux2Pipeline", "x", {}, OTHER.name, OTHER.steps),
    ],
)
def test_a_family_is_known_by_its_pipeline_and_a_turbo_by_its_name(
    pipeline: str, name: str, options: dict[str, bool], expected: str, steps: int
) -> None:
    found = family(pipeline, name, options)
    assert (found.name, found.steps) == (expected, steps)


@pytest.mark.parametrize(("side", "multiple"), [(512, 16), (768, 16), (1024, 16), (1328, 16), (64, 8)])
def test_native_sizes_have_equal_areas_and_whole_patches(side: int, multiple: int) -> None:
    sizes = native_sizes(side, multiple)
    assert sizes[0] == (side, side)
    for width, height in sizes:
        assert width % multiple == height % multiple == 0
        assert 0.75 < width * height / side**2 < 1.3
    wide = nearest_size(16 / 9, sizes)
    assert abs(wide[0] / wide[1] / (16 / 9) - 1) < 0.12


def test_sdxl_sizes_are_its_training_buckets() -> None:
    assert {(1024, 1024), (896, 1152), (832, 1216), (768, 1344), (1344, 768)} <= set(native_sizes(1024, 16))


@pytest.mark.parametrize(
    ("billions", "largest", "machine", "plan"),
    [
        (1.0, 0.86, LAPTOP, "float32,resident"),
        (5.0, 2.6, LAPTOP, "bfloat16,resident,tiling"),
        (1.0, 0.86, SMALL, "float16,resident,slicing,tiling"),
        (3.5, 2.6, SMALL, "float16,offload,slicing,tiling"),
        (17.0, 12.0, SMALL, "float16,sequential,slicing,tiling"),
        (17.0, 12.0, LARGE, "float16,resident"),
    ],
)
def test_the_plan_follows_from_the_machine(
    billions: float, largest: float, machine: Machine, plan: str
) -> None:
    found = planned(int(billions * BILLION), int(largest * BILLION), "float16", machine)
    assert str(found) == plan


def test_words_override_the_plan() -> None:
    plan = planned(BILLION, BILLION, "float16", LARGE, "bfloat16,offload")
    assert str(plan).startswith("bfloat16,offload")
    assert str(planned(BILLION, BILLION, "float16", LAPTOP, "tiling")) == "float32,resident,tiling"


def test_too_little_memory_is_said_before_loading() -> None:
    with pytest.raises(UserError, match=r"needs 24\.\d GiB of memory as bfloat16, found 16\.0 GiB free"):
        planned(12 * BILLION, 12 * BILLION, "bfloat16", LAPTOP)
    with pytest.raises(UserError, match="GiB of memory of cuda as float16,resident"):
        planned(12 * BILLION, 12 * BILLION, "float16", SMALL, "resident")


@pytest.mark.parametrize(
    ("card", "said"),
    [
        ("---\nlicense: apache-2.0\n---\n# x", "apache-2.0"),
        (
            "---\nlicense: other\nlicense_name: flux-1-dev-non-commercial-license\nlicense_link: L.md\n---\n",
            "other (flux-1-dev-non-commercial-license; L.md; no commercial use)",
        ),
        ("---\nlicense: cc-by-nc-4.0\n---\n", "cc-by-nc-4.0 (no commercial use)"),
        ("---\nlicense: openrail++\n---\n", "openrail++ (restricted uses are listed in the licence)"),
        ("---\nlicense: [mit, apache-2.0]\n---\n", "mit, apache-2.0"),
        ("# no front matter", "not stated"),
        ("---\n{broken: [\n---\n", "not stated"),
    ],
)
def test_the_licence_is_what_the_card_states(tmp_path: Path, card: str, said: str) -> None:
    (tmp_path / "README.md").write_text(card)
    assert str(license_of(tmp_path)) == said


def test_without_a_card_no_licence_is_stated(tmp_path: Path) -> None:
    assert str(license_of(tmp_path)) == "not stated"
