import stat
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from adfusion.errors import UserError
from adfusion.provenance import credentials
from adfusion.provenance.identity import DEVELOPMENT, load_identity, trust_anchors
from adfusion.provenance.keys import KEY_BYTES, watermark_key
from signable import file_of, origin

PEM = serialization.Encoding.PEM


def write_own(folder: Path, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, mode: int = 0o600) -> None:
    """A company's root and certificate, as `provenance.yaml` names them."""
    from datetime import UTC, datetime, timedelta

    folder.mkdir(parents=True, exist_ok=True)
    root_key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)

    def name(text: str) -> x509.Name:
        oid = x509.oid.NameOID
        return x509.Name([x509.NameAttribute(oid.ORGANIZATION_NAME, text)])

    def start(subject: str, public: object) -> x509.CertificateBuilder:
        builder = x509.CertificateBuilder().subject_name(name(subject)).issuer_name(name("Test root"))
        builder = builder.public_key(public).serial_number(x509.random_serial_number())  # type: ignore[arg-type]
        return builder.not_valid_before(now - timedelta(1)).not_valid_after(now + timedelta(9))

    root_usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    root = (
        start("Test root", root_key.public_key())
        .add_extension(x509.BasicConstraints(True, 0), True)
        .add_extension(root_usage, True)
        .sign(root_key, hashes.SHA256())
    )
    usage = x509.KeyUsage(True, False, False, False, False, False, False, False, False)
    email = x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.EMAIL_PROTECTION])
    leaf = (
        start("Test agency", key.public_key())
        .add_extension(usage, True)
        .add_extension(email, False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), False)
        .sign(root_key, hashes.SHA256())
    )
    (folder / "chain.pem").write_bytes(leaf.public_bytes(PEM))
    (folder / "root.pem").write_bytes(root.public_bytes(PEM))
    private = key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(private)
    (folder / "key.pem").chmod(mode)
    settings = "certificate: chain.pem\nkey: key.pem\ntrust: [root.pem]\n"
    (folder / "provenance.yaml").write_text(settings)


def test_a_development_certificate_is_made_once_and_says_that_it_is_one(config: Path) -> None:
    first, again = load_identity(), load_identity()
    assert first == again
    assert first.development and first.name == DEVELOPMENT


def test_secrets_can_be_read_by_their_owner_alone(config: Path) -> None:
    load_identity()
    watermark_key()
    secrets = [path for path in config.iterdir() if path.is_file()]
    assert len(secrets) == 2
    assert {stat.S_IMODE(path.stat().st_mode) for path in secrets} == {0o600}


def test_a_key_does_not_show_in_the_representation_of_its_identity(config: Path) -> None:
    assert "PRIVATE" not in repr(load_identity())


def test_a_watermark_key_stays_the_same(config: Path) -> None:
    assert watermark_key() == watermark_key()
    assert len(watermark_key()) == KEY_BYTES


def test_a_watermark_key_that_others_can_read_is_refused(config: Path) -> None:
    watermark_key()
    (config / "watermark.key").chmod(0o644)
    with pytest.raises(UserError, match=r"watermark.key: found permissions 0644, allowed: 0600"):
        watermark_key()


def test_a_file_that_is_no_watermark_key_is_refused(config: Path) -> None:
    config.mkdir()
    (config / "watermark.key").write_text("secret")
    (config / "watermark.key").chmod(0o600)
    with pytest.raises(UserError, match="found no key, allowed: 64 hexadecimal digits"):
        watermark_key()


@pytest.mark.parametrize("kind", ("ec", "rsa"))
def test_the_users_own_certificate_signs_and_is_trusted(config: Path, kind: str) -> None:
    key = ec.generate_private_key(ec.SECP384R1()) if kind == "ec" else rsa.generate_private_key(65537, 2048)
    write_own(config, key)
    identity = load_identity()
    assert (identity.name, identity.development) == ("Test agency", False)
    found = credentials.read(credentials.sign(file_of("jpeg"), origin(), identity), trust_anchors())
    assert found is not None and found.valid
    assert (found.trust, found.signer) == ("trusted", "Test agency")


def test_a_signing_key_that_others_can_read_is_refused(config: Path) -> None:
    write_own(config, ec.generate_private_key(ec.SECP256R1()), mode=0o640)
    with pytest.raises(UserError, match=r"key.pem: found permissions 0640, allowed: 0600"):
        load_identity()


def test_a_certificate_of_another_key_is_refused(config: Path) -> None:
    write_own(config, ec.generate_private_key(ec.SECP256R1()))
    chain = (config / "chain.pem").read_bytes()
    write_own(config, ec.generate_private_key(ec.SECP256R1()))
    (config / "chain.pem").write_bytes(chain)
    with pytest.raises(UserError, match=r"chain.pem: found a certificate of another key"):
        load_identity()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("certificate: a.pem", "certificate and key go together"),
        ("colour: red", "colour: found 'red'"),
        ("timestamp_url: not a url", "timestamp_url: found 'not a url'"),
        ("- 1", "content: found"),
    ],
)
def test_wrong_settings_name_file_and_field(config: Path, content: str, said: str) -> None:
    config.mkdir()
    (config / "provenance.yaml").write_text(content)
    with pytest.raises(UserError, match=r"provenance.yaml: ") as refused:
        load_identity()
    assert said in str(refused.value)
