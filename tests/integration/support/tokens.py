"""Tokens by hand: JWTs (RFC 7515, RFC 7519) with hmac and the openssl command line, and Otoroshi's session token."""

import base64
import hashlib
import hmac
import json
import subprocess
import time

from .secrets import remember_secret

_HASHES = {256: hashlib.sha256, 384: hashlib.sha384, 512: hashlib.sha512}


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def claims(*, seconds=3600, **more):
    """Claims of a token that expires so many seconds from now."""
    return {"sub": "jane", "iss": "tests", "exp": int(time.time()) + seconds, **more}


def signed(header, content, signature_of):
    """Any JWT: `signature_of` is given the bytes that are to be signed."""
    parts = ".".join(base64url(json.dumps(part).encode()) for part in (header, content))
    return remember_secret(f"{parts}.{base64url(signature_of(parts.encode()))}")


def hs_token(content, secret, *, size=256, **header):
    key = secret.encode() if isinstance(secret, str) else secret
    return signed({"alg": f"HS{size}", "typ": "JWT", **header}, content,
                  lambda data: hmac.new(key, data, _HASHES[size]).digest())


def rs_token(content, key_file, **header):
    return signed({"alg": "RS256", **header}, content, lambda data: _openssl_signature(key_file, data))


def es_token(content, key_file, **header):
    return signed({"alg": "ES256", **header}, content,
                  lambda data: _raw_signature(_openssl_signature(key_file, data), 32))


def unsigned_token(content):
    return signed({"alg": "none"}, content, lambda _: b"")


def session_token(secret, session_id):
    """pappsToken (facts C3): hex(HMAC-SHA256(secret, id))::id."""
    signature = hmac.new(secret.encode(), session_id.encode(), hashlib.sha256).hexdigest()
    return remember_secret(f"{signature}::{session_id}")


def new_key_pair(folder, kind):
    """A private key's file, and the public key as PEM text; `kind` is "rsa" or "ec"."""
    path = f"{folder}/{kind}.key"
    _run("openssl", "genpkey", "-out", path, "-algorithm", *{
        "rsa": ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
        "ec": ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"]}[kind])
    return path, _run("openssl", "pkey", "-in", path, "-pubout").decode()


def jwk_of(public_pem, key_id):
    """An EC P-256 public key as a JWK: its point is the end of its DER."""
    der = base64.b64decode("".join(public_pem.splitlines()[1:-1]))
    x, y = der[-64:-32], der[-32:]
    return {"kty": "EC", "crv": "P-256", "kid": key_id, "alg": "ES256", "x": base64url(x), "y": base64url(y)}


def _openssl_signature(key_file, data):
    return _run("openssl", "dgst", "-sha256", "-sign", key_file, input=data)


def _raw_signature(der, size):
    """r and s of `size` bytes each, as JWS wants them (RFC 7518, 3.4), from SEQUENCE { INTEGER r, INTEGER s }."""
    numbers, position = b"", 2
    for _ in range(2):
        length = der[position + 1]
        number = der[position + 2:position + 2 + length]
        numbers += int.from_bytes(number, "big").to_bytes(size, "big")
        position += 2 + length
    return numbers


def _run(*argv, input=None):
    done = subprocess.run(argv, input=input, capture_output=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(argv)} failed:\n{done.stderr.decode()}")
    return done.stdout
