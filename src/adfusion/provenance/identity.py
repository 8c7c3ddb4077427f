"""Who signs: the user's own certificate, or a development certificate that this computer makes for itself."""

import datetime
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from adfusion.errors import UserError
from adfusion.provenance.keys import config_folder, keep_secret, read_secret
from adfusion.provenance.settings import Settings, load_settings

DEVELOPMENT = "Adfusion development certificate"
"""The organisation named in a development certificate."""
DEVELOPMENT_FILE = "development.pem"
"""In the configuration folder: key, certificate and root, in one file so that they always fit together."""
YEARS = 10
_PEM = serialization.Encoding.PEM


@dataclass(frozen=True)
class Identity:
    """What signs, in PEM. `algorithm` is C2PA's name for it."""

    certificates: str
    key: str = field(repr=False)
    algorithm: str
    name: str
    development: bool
    timestamp_url: str | None = None


def load_identity(settings: Settings | None = None) -> Identity:
    """The identity that `provenance.yaml` names, else the development one, made on first use.

    Raises `UserError` if the certificate or key cannot be used.
    """
    settings = settings or load_settings()
    url = str(settings.timestamp_url) if settings.timestamp_url else None
    if settings.certificate and settings.key:
        chain, key = settings.certificate, settings.key
        return _identity(_certificates(chain, _read(chain)), chain, read_secret(key), key, url)
    path = config_folder() / DEVELOPMENT_FILE
    if not path.exists():
        keep_secret(path, _make_development())
    pem = read_secret(path)
    return _identity(_certificates(path, pem)[:-1], path, pem, path, url)


def trust_anchors(settings: Settings | None = None) -> str:
    """PEM of the roots that this computer trusts: those of `provenance.yaml` and its own development root."""
    settings = settings or load_settings()
    roots = [root for path in settings.trust for root in _certificates(path, _read(path))]
    development = config_folder() / DEVELOPMENT_FILE
    if development.exists():
        roots.append(_certificates(development, read_secret(development))[-1])
    return _pem(roots)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: cannot read: {error.strerror or error}") from error


def _certificates(path: Path, pem: bytes) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(pem)
    except ValueError as error:
        raise UserError(f"{path}: found no certificate, allowed: a PEM chain") from error


def _pem(certificates: list[x509.Certificate]) -> str:
    return "".join(certificate.public_bytes(_PEM).decode("ascii") for certificate in certificates)


def _identity(
    chain: list[x509.Certificate], path: Path, pem: bytes, key_path: Path, url: str | None
) -> Identity:
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError) as error:
        allowed = "allowed: a PEM key, PKCS #8, without a password"
        raise UserError(f"{key_path}: found no private key, {allowed}") from error
    if chain[0].public_key() != key.public_key():
        raise UserError(f"{path}: found a certificate of another key than {key_path}, allowed: a pair")
    organisation = _named(chain[0], NameOID.ORGANIZATION_NAME)
    return Identity(
        certificates=_pem(chain),
        key=key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode(),
        algorithm=_algorithm(key, key_path),
        name=organisation or _named(chain[0], NameOID.COMMON_NAME),
        development=organisation == DEVELOPMENT,
        timestamp_url=url,
    )


def _algorithm(key: object, path: Path) -> str:
    match key:
        case ed25519.Ed25519PrivateKey():
            return "ed25519"
        case ec.EllipticCurvePrivateKey() if key.curve.name in _CURVES:
            return _CURVES[key.curve.name]
        case rsa.RSAPrivateKey():
            return "ps256"
    raise UserError(f"{path}: found another kind of key, allowed: Ed25519, EC P-256, P-384, P-521, RSA")


_CURVES = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}


def _named(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> str:
    return " ".join(str(attribute.value) for attribute in certificate.subject.get_attributes_for_oid(oid))


def _make_development() -> bytes:
    """A root that signs one certificate and is forgotten, so that nobody can issue a second one."""
    root_key, key = ed25519.Ed25519PrivateKey.generate(), ed25519.Ed25519PrivateKey.generate()
    root = (
        _certificate("root of this computer", root_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(sign_certificates=True), critical=True)
        .sign(root_key, None)
    )
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key())
    leaf = (
        _certificate("proves no identity", key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(sign_certificates=False), critical=True)
        # One of the usages that C2PA's default configuration allows for signing claims.
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=True)
        .add_extension(issuer, critical=False)
        .sign(root_key, None)
    )
    private = key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return private + _pem([leaf, root]).encode()


def _certificate(name: str, key: ed25519.Ed25519PublicKey) -> x509.CertificateBuilder:
    start = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    return (
        x509.CertificateBuilder()
        .subject_name(_distinguished(name))
        .issuer_name(_distinguished("root of this computer"))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=365 * YEARS))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _distinguished(name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, DEVELOPMENT),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )


def _usage(*, sign_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not sign_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=sign_certificates,
        crl_sign=sign_certificates,
        encipher_only=False,
        decipher_only=False,
    )
