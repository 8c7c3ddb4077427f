"""Image services, against one on this machine that fails, stalls, lies, and sends bombs."""

import base64
import dataclasses
import gzip
import io
import json
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from adfusion.errors import UserError
from adfusion.generation import InputImage, Picture, Progress
from adfusion.generation.backends import open_generator
from adfusion.generation.remote import RemoteGenerator, Spending
from adfusion.generation.remote.address import KEY
from adfusion.generation.remote.client import Patience
from image_service import Service, as_json, drawing, failing, openai, png, serving, stalling

QUICK = Patience(attempts=3, first_wait=0.01, longest_wait=0.02)
HASTE = dataclasses.replace(QUICK, answer=0.8)
PROMPT = "a teal bottle"


def service(
    server: Service, options: str = "", limit: float | None = None, patience: Patience = QUICK
) -> RemoteGenerator:
    address = f"openai+{server.address}/v1?model=painter&sizes=64x64,96x64{options}"
    return RemoteGenerator(address, spending=Spending(limit), patience=patience)


def test_an_openai_service_draws_in_the_size_asked_for() -> None:
    with serving(drawing) as server:
        events = list(service(server).generate(PROMPT, n=2, size=(96, 64)))
    assert [type(event) for event in events] == [Progress, Picture, Progress, Picture]
    assert isinstance(events[1], Picture)
    assert events[1].image.size == (96, 64)
    path, _, body = server.calls[0]
    assert path == "/v1/images/generations"
    assert body == {
        "model": "painter", "prompt": PROMPT, "n": 1, "size": "96x64", "response_format": "b64_json"
    }  # fmt: skip


def test_automatic1111_gets_every_setting_and_the_initial_picture() -> None:
    with serving(drawing) as server:
        generator = open_generator(f"a1111+{server.address}?sizes=64x64")
        settings = {"steps": 9, "guidance_scale": 3.0, "negative_prompt": "blurred", "seed": 5}
        generator.generate([generator.request(PROMPT, **settings)]).last()
        generator.edit.image(Image.new("RGB", (90, 90)), PROMPT, strength=0.4).last()
    (path, _, body), (edit_path, _, edit) = server.calls
    assert (path, edit_path) == ("/sdapi/v1/txt2img", "/sdapi/v1/img2img")
    assert (body["steps"], body["cfg_scale"], body["negative_prompt"], body["seed"]) == (9, 3.0, "blurred", 5)
    assert (edit["denoising_strength"], len(edit["init_images"])) == (0.4, 1)


def test_automatic1111_redraws_under_a_mask_and_the_rest_stays_exact() -> None:
    photo = Image.effect_noise((300, 120), 80).convert("RGB")
    mask = Image.new("L", photo.size)
    mask.paste(255, (10, 20, 80, 90))
    with serving(drawing) as server:
        generator = open_generator(f"a1111+{server.address}?sizes=64x64")
        after = generator.edit.inpaint(photo, mask, PROMPT, strength=0.8).last().image
    ((path, _, body),) = server.calls
    assert path == "/sdapi/v1/img2img"
    assert (body["width"], body["height"], body["denoising_strength"]) == (64, 64, 0.8)
    assert (body["inpainting_fill"], body["mask_blur"], body["inpaint_full_res"]) == (1, 0, False)
    sent = Image.open(io.BytesIO(base64.b64decode(body["mask"])))
    assert (sent.mode, sent.size, sent.getextrema()) == ("L", (64, 64), (0, 255))
    changed = np.abs(np.asarray(after).astype(int) - np.asarray(photo)).max(axis=2)
    assert changed[np.asarray(mask) == 0].max() == 0
    assert np.asarray(after)[50, 45].tolist() == [0, 128, 128], "what the service drew"


def test_every_window_of_a_long_picture_is_a_call_that_is_paid_for() -> None:
    photo = Image.effect_noise((300, 100), 80).convert("RGB")
    with serving(drawing) as server:
        address = f"a1111+{server.address}?sizes=64x64&price=0.1"
        generator = RemoteGenerator(address, spending=Spending(0.35))
        whole = Image.new("L", photo.size, 255)
        with pytest.raises(UserError, match=r"spend_limit: [4-9] more pictures"):
            generator.edit.inpaint(photo, whole, PROMPT).last()
        assert server.calls == []
        generator.edit.outpaint(photo.crop((0, 0, 100, 100)), (180, 100), PROMPT, strength=1).last()
    assert generator.spending.spent == pytest.approx(0.1 * len(server.calls))


@pytest.mark.parametrize("answer", [failing(503), failing(429, **{"Retry-After": "0"}), stalling])
def test_what_passes_is_tried_again_under_the_same_key(answer: object) -> None:
    with serving(answer, answer, drawing) as server:  # type: ignore[arg-type]
        service(server, patience=HASTE).generate(PROMPT).last()
    keys = {headers["Idempotency-Key"] for _, headers, _ in server.calls}
    assert (len(server.calls), len(keys)) == (3, 1)


def test_other_requests_have_other_idempotency_keys() -> None:
    with serving(drawing) as server:
        generator = service(server)
        generator.generate(PROMPT, n=2).last()
        generator.generate("a lamp").last()
    assert len({headers["Idempotency-Key"] for _, headers, _ in server.calls}) == 3


@pytest.mark.parametrize(
    ("answer", "said"),
    [(failing(500), "answered 500, 3 times"), (stalling, r"no answer within 0\.8 s, 3 times")],
)
def test_what_does_not_pass_is_one_line(answer: object, said: str) -> None:
    with serving(answer) as server, pytest.raises(UserError, match=said):  # type: ignore[arg-type]
        service(server, patience=HASTE).generate(PROMPT).last()
    assert len(server.calls) == 3


def test_a_refusal_is_not_tried_again() -> None:
    with serving(failing(400)) as server, pytest.raises(UserError, match="answered 400: try later"):
        service(server).generate(PROMPT).last()
    assert len(server.calls) == 1


def test_nobody_there_is_one_line() -> None:
    generator = RemoteGenerator("a1111+http://127.0.0.1:9", patience=QUICK)
    with pytest.raises(UserError, match=r"127\.0\.0\.1:9: cannot be reached \(ConnectError\), 3 times"):
        generator.generate(PROMPT).last()


def bomb() -> bytes:
    """A PNG of a few bytes that says that it has 60000 x 60000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(100_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


LIES = {
    "a page": ((200, {"Content-Type": "image/png"}, b"<html>"), "found image/png, expected JSON"),
    "no picture": (as_json({"data": []}), "data: found no picture"),
    "a link": (as_json({"data": [{"url": "http://127.0.0.1/"}]}), "b64_json: found no picture"),
    "no Base64": (as_json({"data": [{"b64_json": "***"}]}), "found no Base64"),
    "a script": (as_json(openai(b"#!/bin/sh")), "found no whole picture, expected PNG"),
    "a vector": (as_json(openai(b"<svg xmlns='http://www.w3.org/2000/svg'/>")), "found no whole picture"),
    "half a picture": (as_json(openai(png((64, 64))[:60])), "found no whole picture"),
    "another size": (as_json(openai(png((32, 64)))), "found a picture of 32x64, asked for 64x64"),
    "a bomb": (as_json(openai(bomb())), "found (a picture of 60000x60000|no whole picture)"),
    "a zip bomb": (
        (200, {"Content-Encoding": "gzip"}, gzip.compress(bytes(65 << 20))),
        "more than 64 MiB in the answer",
    ),
    "a nest": ((200, {}, b"[" * 100_000), "expected JSON"),
    "a redirect": ((302, {"Location": "http://127.0.0.1:9/"}, b""), "answered 302"),
}


@pytest.mark.parametrize("lie", LIES)
def test_an_answer_is_checked_before_use(lie: str) -> None:
    answer, said = LIES[lie]
    patience = Patience(attempts=1, answer=20)
    with serving(lambda body: answer) as server:
        generator = RemoteGenerator(f"openai+{server.address}?model=painter&sizes=64x64", patience=patience)
        with pytest.raises(UserError, match=said):
            generator.generate(PROMPT).last()


def test_a_run_that_would_cost_too_much_is_not_begun() -> None:
    with serving(drawing) as server:
        generator = service(server, "&price=0.04", limit=0.10)
        with pytest.raises(UserError, match=r"3 more pictures .* would make 0\.12, allowed: 0\.10"):
            generator.generate(PROMPT, n=3).last()
        assert server.calls == []
        generator.generate(PROMPT, n=2).pictures()
        with pytest.raises(UserError, match="spend_limit"):
            generator.generate(PROMPT).last()
        assert len(server.calls) == 2


def test_what_was_spent_counts_in_the_next_run(tmp_path: Path) -> None:
    kept = tmp_path / "spent.json"
    with serving(drawing, failing(400), drawing) as server:
        address = f"openai+{server.address}/v1?model=painter&sizes=64x64&price=0.04"
        open_generator(address, spent=kept).generate(PROMPT).last()
        with pytest.raises(UserError, match="answered 400"):
            open_generator(address, spent=kept).generate(PROMPT).last()
        assert json.loads(kept.read_text()) == {"spent": 0.08}, "a call that failed may have cost too"
        with pytest.raises(UserError, match=r"1 more pictures .* would make 0\.12, allowed: 0\.10"):
            open_generator(address, spent=kept, spend_limit=0.10).generate(PROMPT).last()
        open_generator(address, spent=kept, spend_limit=0.12).generate(PROMPT).last()
    kept.write_text("a lot")
    with pytest.raises(UserError, match=r"spent\.json: found what cannot be read"):
        open_generator(address, spent=kept)


def test_a_limit_needs_a_price() -> None:
    with pytest.raises(UserError, match="spend_limit: found no price"):
        open_generator("openai+https://example.test/v1?model=painter", spend_limit=1.0)


def test_the_key_is_sent_and_never_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from adfusion.generation import save_picture

    monkeypatch.setenv(KEY, "sk-secret-7")

    def telling(body: object) -> tuple[int, dict[str, str], bytes]:
        return as_json({"error": {"message": "wrong key: sk-secret-7"}}, 401)

    with serving(drawing, telling) as server:
        generator = service(server)
        save_picture(generator.generate(PROMPT).last(), tmp_path / "picture.png")
        with pytest.raises(UserError) as refused:
            generator.generate(PROMPT).last()
    assert server.calls[0][1]["Authorization"] == "Bearer sk-secret-7"
    assert "secret" not in str(refused.value)
    assert b"secret" not in (tmp_path / "picture.png").read_bytes()
    assert "secret" not in json.dumps([generator.name, generator.model_hash, *generator.notes])


def test_a_key_does_not_travel_unencrypted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY, "sk-secret-7")
    with pytest.raises(UserError, match="a key would travel unencrypted, allowed: https"):
        open_generator("openai+http://example.test/v1?model=painter")


@pytest.mark.parametrize(
    "address",
    [
        "openai+ftp://example.test/?model=a",
        "openai+https://example.test/v1",
        "openai+https://user:word@example.test/v1?model=a",
        "openai+https://example.test/v1?model=a&key=b",
        "openai+https://example.test/v1?model=a&price=free",
        "openai+https://example.test/v1?model=a&sizes=large",
    ],
)
def test_another_address_is_refused(address: str) -> None:
    with pytest.raises(UserError, match="model: ") as refused:
        open_generator(address)
    assert "word" not in str(refused.value).replace("password", "")


def test_what_a_service_cannot_do_is_refused(tmp_path: Path) -> None:
    generator = open_generator("openai+https://example.test/v1?model=painter")
    with pytest.raises(UserError, match=r"initial: .* cannot do this edit"):
        generator.edit.image(Image.new("RGB", (64, 64)), PROMPT)
    with pytest.raises(UserError, match=r"negative_prompt: .* takes none"):
        generator.request(PROMPT, negative_prompt="blurred")
    with pytest.raises(UserError, match=r"noise_scale: found 0\.5, allowed by .*: 1"):
        generator.request(PROMPT, noise_scale=0.5)
    with pytest.raises(UserError, match=r"control: .* cannot do this edit, allowed: none"):
        generator.request(PROMPT, control=InputImage.of(Image.new("RGB", (64, 64))))
    with pytest.raises(UserError, match=r"control: .* allowed: initial, mask, strength"):
        open_generator("a1111+https://example.test").request(
            PROMPT, control=InputImage.of(Image.new("RGB", (64, 64)))
        )
    with pytest.raises(UserError, match=r"controlnet: .* pretrained models on this machine only"):
        open_generator("a1111+https://example.test", controlnet=tmp_path)
