"""A detached signature of any file: a JSON Web Signature (RFC 7515, appendix F) with its certificates.

The header names the algorithm and holds the chain (`x5c`); the payload, left out between the two dots, is the
file's bytes. Algorithms: EdDSA (RFC 8037), ES256, ES384, ES512 and PS256 (RFC 7518).
"""

import base64
import datetime
import json
from itertools import pairwise

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from adfusion.provenance.identity import Identity

_NAMES = {"ed25519": "EdDSA", "es256": "ES256", "es384": "ES384", "es512": "ES512", "ps256": "PS256"}
_HASHES = {"es256": hashes.SHA256(), "es384": hashes.SHA384(), "es512": hashes.SHA512()}
_PSS = padding.PSS(padding.MGF1(hashes.SHA256()), salt_length=hashes.SHA256.digest_size)


def sign(data: bytes, identity: Identity) -> str:
    """`header..signature` over `data`."""
    chain = x509.load_pem_x509_certificates(identity.certificates.encode())
    x5c = [base64.b64encode(each.public_bytes(serialization.Encoding.DER)).decode() for each in chain]
    header = _text(json.dumps({"alg": _NAMES[identity.algorithm], "x5c": x5c}).encode())
    key = serialization.load_pem_private_key(identity.key.encode(), password=None)
    return f"{header}..{_text(_signature(key, identity.algorithm, _input(header, data)))}"


def verify(data: bytes, signature: str) -> x509.Certificate | None:
    """The certificate whose key signed just this, `None` if none did. It may be anybody's."""
    try:
        header, _, value = signature.strip().split(".")
        said = json.loads(_bytes(header))
        certificate = x509.load_der_x509_certificate(base64.b64decode(said["x5c"][0]))
        _check(certificate.public_key(), said["alg"].lower(), _bytes(value), _input(header, data))
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, InvalidSignature):
        return None
    return certificate


def trusted(signature: str, anchors: str) -> bool:
    """Whether the certificates of a signature that `verify` accepted lead to one of the roots, today.

    anchors: PEM, from `identity.trust_anchors`.
    """
    header = json.loads(_bytes(signature.strip().partition(".")[0]))
    roots = x509.load_pem_x509_certificates(anchors.encode()) if anchors else []
    try:
        chain = [x509.load_der_x509_certificate(base64.b64decode(each)) for each in header["x5c"]]
        for certificate, issuer in pairwise(chain):
            _check_issued(certificate, issuer)
        return _is_current(chain[-1]) and any(_leads_to(chain[-1], root) for root in roots)
    except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return False


def _leads_to(certificate: x509.Certificate, root: x509.Certificate) -> bool:
    if certificate == root:
        return True
    try:
        _check_issued(certificate, root)
    except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return False
    return True


def _check_issued(certificate: x509.Certificate, issuer: x509.Certificate) -> None:
    """Raises what `cryptography` does, `ValueError` if the issuer may not sign certificates or one is old."""
    certificate.verify_directly_issued_by(issuer)
    if not issuer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
        raise ValueError("the issuer is no authority")
    if not _is_current(certificate):
        raise ValueError("the certificate is not valid today")


def _is_current(certificate: x509.Certificate) -> bool:
    now = datetime.datetime.now(datetime.UTC)
    return certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc


def _signature(key: object, algorithm: str, message: bytes) -> bytes:
    match key:
        case ed25519.Ed25519PrivateKey():
            return key.sign(message)
        case ec.EllipticCurvePrivateKey():
            r, s = decode_dss_signature(key.sign(message, ec.ECDSA(_HASHES[algorithm])))
            size = _size(key.curve)
            return r.to_bytes(size, "big") + s.to_bytes(size, "big")
        case rsa.RSAPrivateKey():
            return key.sign(message, _PSS, hashes.SHA256())
    raise TypeError(f"{type(key).__name__} cannot sign")  # `identity` allows no other


def _check(key: object, algorithm: str, value: bytes, message: bytes) -> None:
    match key:
        case ed25519.Ed25519PublicKey() if algorithm == "eddsa":
            key.verify(value, message)
        case ec.EllipticCurvePublicKey() if algorithm in _HASHES and len(value) == 2 * _size(key.curve):
            half = len(value) // 2
            r, s = int.from_bytes(value[:half], "big"), int.from_bytes(value[half:], "big")
            key.verify(encode_dss_signature(r, s), message, ec.ECDSA(_HASHES[algorithm]))
        case rsa.RSAPublicKey() if algorithm == "ps256":
            key.verify(value, message, _PSS, hashes.SHA256())
        case _:
            raise InvalidSignature


def _size(curve: ec.EllipticCurve) -> int:
    return (curve.key_size + 7) // 8


def _input(header: str, data: bytes) -> bytes:
    return f"{header}.{_text(data)}".encode()


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
