import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from adfusion.provenance import jws
from adfusion.provenance.identity import DEVELOPMENT, Identity

DATA = b'{"campaign": "tea"}\n'


def own(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, algorithm: str) -> Identity:
    """A company that signs with a key of its own."""
    name, now = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Agency")]), datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(1))
        .not_valid_after(now + timedelta(1))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    chain = certificate.public_bytes(pem).decode()
    return Identity(chain, private.decode(), algorithm, "Agency", development=False)


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (ec.generate_private_key(ec.SECP256R1()), "es256"),
        (ec.generate_private_key(ec.SECP521R1()), "es512"),
        (rsa.generate_private_key(65537, 2048), "ps256"),
    ],
    ids=["es256", "es512", "ps256"],
)
def test_every_kind_of_key_signs(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, algorithm: str) -> None:
    signature = jws.sign(DATA, own(key, algorithm))
    assert jws.verify(DATA, signature) is not None
    assert jws.verify(DATA + b" ", signature) is None


@pytest.fixture
def signature(identity: Identity) -> str:
    return jws.sign(DATA, identity)


def test_a_signature_names_its_signer(signature: str) -> None:
    certificate = jws.verify(DATA, signature)
    assert certificate is not None and DEVELOPMENT in certificate.subject.rfc4514_string()


def test_the_form_is_that_of_a_detached_json_web_signature(signature: str) -> None:
    header, payload, _ = signature.split(".")
    said = json.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))
    assert payload == "" and said["alg"] == "EdDSA" and len(said["x5c"]) == 1


def test_other_bytes_or_another_signature_are_refused(signature: str) -> None:
    header, _, value = signature.split(".")
    flipped = ("A" if value[0] != "A" else "B") + value[1:]
    assert jws.verify(DATA + b" ", signature) is None
    for wrong in (f"{header}..{flipped}", f"{header}.x", "", "a.b.c", f"{header[:-9]}..{value}"):
        assert jws.verify(DATA, wrong) is None


def test_a_header_cannot_choose_an_algorithm_that_is_not_the_keys(signature: str) -> None:
    header, _, value = signature.split(".")
    said = json.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))
    for algorithm in ("none", "HS256", "PS256"):
        other = base64.urlsafe_b64encode(json.dumps({**said, "alg": algorithm}).encode()).decode().rstrip("=")
        assert jws.verify(DATA, f"{other}..{value}") is None
