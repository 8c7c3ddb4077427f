"""The procedural renderer draws what a scene says."""

import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from adfusion.data.scenes.camera import COPY_SIDE
from adfusion.data.scenes.render import picture_size, render
from adfusion.data.scenes.scene import (
    ASPECTS,
    BACKDROPS,
    CAMERA_HEIGHTS,
    COLORS,
    LIGHTS,
    MATERIALS,
    PRODUCTS,
    SEASONS,
    STAGES,
    Scene,
    random_scene,
)
from adfusion.data.scenes.sheet import contact_sheet, scene_sheet

SIZE = (48, 48)


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIELAB (D65) of sRGB in [0, 1]."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    matrix = [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
    xyz = linear @ np.array(matrix).T / [0.95047, 1.0, 1.08883]
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.stack(
        [116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], axis=-1
    )


def named(color: str) -> np.ndarray:
    return lab(np.array([int(COLORS[color][i : i + 2], 16) for i in (1, 3, 5)]) / 255)


def hue_gap(a: np.ndarray, b: np.ndarray) -> float:
    """Degrees between the hues of two Lab colours."""
    turn = np.degrees(np.arctan2(a[2], a[1]) - np.arctan2(b[2], b[1]))
    return abs(float((turn + 180) % 360 - 180))


HUES = [name for name in COLORS if np.hypot(*named(name)[1:]) > 25]


@pytest.mark.parametrize("stage", STAGES)
def test_every_product_is_seen_whole_on_every_stage(stage: str) -> None:
    scenes = [Scene(product=product, stage=stage, seed=7 * i) for i, product in enumerate(PRODUCTS)]
    mask = render(scenes, size=SIZE).mask
    border = np.concatenate([mask[:, 0], mask[:, -1], mask[:, :, 0], mask[:, :, -1]], axis=1)
    cut = [scene.product for scene, edge in zip(scenes, border, strict=True) if edge.any()]
    assert not cut
    small = [s.product for s, m in zip(scenes, mask, strict=True) if m.sum() < 0.03 * m.size]
    assert not small


def test_a_close_up_in_any_aspect_cuts_nothing_off() -> None:
    for aspect in ASPECTS:
        scenes = [
            random_scene(i, aspect, product=p, camera_distance="close-up") for i, p in enumerate(PRODUCTS)
        ]
        mask = render(scenes, 48 * 48).mask
        border = np.concatenate([mask[:, 0], mask[:, -1], mask[:, :, 0], mask[:, :, -1]], axis=1)
        assert not [scene for scene, edge in zip(scenes, border, strict=True) if edge.any()]


def test_the_empty_stage_has_no_product() -> None:
    scenes = [replace(random_scene(i), product=None) for i in range(8)]
    assert not render(scenes, size=SIZE).mask.any()


def test_a_picture_does_not_depend_on_its_batch_nor_on_threads() -> None:
    scenes = [random_scene(i) for i in range(6)]
    together = render(scenes, size=SIZE, threads=3)
    for index, scene in enumerate(scenes):
        alone = render([scene], size=SIZE, threads=1)
        assert np.array_equal(alone.rgb[0], together.rgb[index])
        assert np.array_equal(alone.mask[0], together.mask[index])
        assert np.array_equal(alone.depth[0], together.depth[index])


def test_the_seed_changes_the_picture_and_nothing_else_does() -> None:
    first, again, other = render([Scene(seed=1), Scene(seed=1), Scene(seed=2)], size=SIZE).rgb
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("light", LIGHTS)
def test_a_backdrop_has_the_colour_of_its_name(light: str) -> None:
    scenes = [
        Scene(
            product_color="white",
            backdrop="plain",
            backdrop_color=c,
            second_color=c,
            light=light,
            stage="none",
            seed=i,
        )
        for i, c in enumerate(HUES)
    ]
    rgb = render(scenes, size=SIZE).rgb[:, 2:10, 2:46] / 255.0
    for scene, corner in zip(scenes, rgb, strict=True):
        seen = lab(corner).reshape(-1, 3).mean(axis=0)
        allowed = {"soft studio": 6, "hard sun": 10, "golden hour": 24, "neon": 32}[light]
        assert hue_gap(seen, named(scene.backdrop_color)) < allowed, scene.backdrop_color


def test_a_matte_product_has_the_colour_of_its_name() -> None:
    products = ("bottle", "mug", "gift box", "handbag", "book", "speaker", "backpack", "soap dispenser")
    scenes = [
        Scene(
            product=products[i % len(products)], product_color=color, accent_color=color, material="matte",
            backdrop_color="grey", second_color="grey", camera_distance="close-up", seed=i,
        )
        for i, color in enumerate(COLORS)
    ]  # fmt: skip
    renders = render(scenes, size=SIZE)
    for scene, rgb, mask in zip(scenes, renders.rgb, renders.mask, strict=True):
        seen = np.median(lab(rgb[mask > 0.99] / 255.0), axis=0)
        if scene.product_color in HUES:
            nearest = min(HUES, key=lambda name: hue_gap(seen, named(name)))
            alike = hue_gap(named(nearest), named(scene.product_color)) < 12
            assert nearest == scene.product_color or alike, (scene.product_color, nearest)
        distances = {name: float(np.linalg.norm(seen - named(name))) for name in COLORS}
        assert distances[scene.product_color] <= sorted(distances.values())[1], (
            scene.product_color,
            distances,
        )


@pytest.mark.parametrize("aspect", ASPECTS)
def test_the_copy_space_is_free_of_the_product(aspect: str) -> None:
    for side in ("left", "right", "top"):
        scenes = [random_scene(i, aspect, product=p, copy_space=side) for i, p in enumerate(PRODUCTS)]  # type: ignore[arg-type]
        mask = render(scenes, 48 * 48).mask
        _, height, width = mask.shape
        wide, high = int(COPY_SIDE * width), int(COPY_SIDE * height)
        free = {"left": mask[:, :, :wide], "right": mask[:, :, width - wide :], "top": mask[:, :high]}[side]
        assert not [scene for scene, area in zip(scenes, free, strict=True) if area.any()]


def test_depth_and_normals_are_a_surface() -> None:
    scenes = [
        replace(random_scene(i), backdrop=BACKDROPS[i % 4], stage=STAGES[i % 5], season=SEASONS[i % 8])
        for i in range(40)
    ]
    renders = render(scenes, size=SIZE)
    assert np.isfinite(renders.depth).all() and (renders.depth > 0).all()
    assert np.isfinite(renders.normals).all()
    assert np.allclose(np.linalg.norm(renders.normals, axis=-1), 1, atol=1e-3)
    facing = renders.normals[renders.mask == 1]
    assert (facing[:, 2] > -0.35).mean() > 0.999
    for depth, mask in zip(renders.depth, renders.mask, strict=True):
        if mask.any():
            assert depth[mask == 1].mean() < depth[mask == 0].mean() + 0.5


@pytest.mark.parametrize("aspect", ASPECTS)
def test_pictures_have_their_aspect(aspect: str) -> None:
    width, height = picture_size(aspect, 128 * 128)
    assert width % 16 == height % 16 == 0
    assert abs(width / height / ASPECTS[aspect] - 1) < 0.08
    assert abs(width * height / 128**2 - 1) < 0.12
    renders = render([random_scene(3, aspect)], 48 * 48)  # type: ignore[arg-type]
    width, height = picture_size(aspect, 48 * 48)
    assert renders.rgb.shape == (1, height, width, 3) and renders.rgb.dtype == np.uint8
    assert renders.mask.shape == renders.depth.shape == (1, height, width)
    assert renders.normals.shape == (1, height, width, 3)


def test_every_word_changes_the_picture() -> None:
    base = Scene(product="mug", seed=5, second_color="teal")
    words = {
        "material": MATERIALS, "light": LIGHTS, "stage": STAGES, "backdrop": BACKDROPS, "season": SEASONS,
        "camera_height": CAMERA_HEIGHTS,
    }  # fmt: skip
    for field, values in words.items():
        pictures = render([replace(base, **{field: value}) for value in values], size=SIZE).rgb.astype(float)  # type: ignore[arg-type]
        for i in range(len(pictures)):
            for j in range(i):
                assert np.abs(pictures[i] - pictures[j]).mean() > 0.4, (field, values[i], values[j])


def test_mixed_aspects_need_a_size() -> None:
    scenes = [random_scene(0, "1:1"), random_scene(1, "16:9")]
    with pytest.raises(ValueError, match="size="):
        render(scenes)
    assert render(scenes, size=(32, 32)).rgb.shape == (2, 32, 32, 3)


def test_no_scenes_give_no_pictures() -> None:
    assert len(render([])) == 0


def test_the_gpu_kernels_give_the_pictures_of_the_cpu() -> None:
    # CUDA's simulator needs its variables before the first import of numba, so it gets a process of its own.
    code = (
        "import numpy as np\n"
        "from adfusion.data.scenes.render import render\n"
        "from adfusion.data.scenes.scene import Scene\n"
        "scenes = [Scene(season='hearts'), Scene(product='apple', stage='none')]\n"
        "here, there = render(scenes, size=(6, 6), threads=1), render(scenes, size=(6, 6), device='cuda')\n"
        "assert np.array_equal(here.rgb, there.rgb) and np.array_equal(here.mask, there.mask)\n"
        "assert np.array_equal(here.depth, there.depth) and here.mask.any()\n"
    )
    environment = {**os.environ, "NUMBA_ENABLE_CUDASIM": "1", "NUMBA_DISABLE_JIT": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_contact_sheet_holds_every_picture() -> None:
    pictures = list(render([random_scene(i) for i in range(5)], size=(32, 32)).rgb)
    sheet = contact_sheet(pictures, 3, gap=4)
    assert sheet.size == (3 * 36 + 4, 2 * 36 + 4)
    assert np.array_equal(np.asarray(sheet)[4:36, 40:72], pictures[1])
    with pytest.raises(ValueError, match="0 images"):
        contact_sheet([], 3)


def test_a_scene_sheet_has_a_row_for_each_word() -> None:
    one, two = scene_sheet("light", 1, 32 * 32), scene_sheet("light", 2, 32 * 32)
    assert one.height == two.height > 4 * 32
    with pytest.raises(ValueError, match="attribute"):
        scene_sheet("price")
