"""A push service and a browser made by the RFCs, not with the libraries that send."""

from __future__ import annotations

import base64
import json
import os
import time
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

UNCOMPRESSED = (Encoding.X962, PublicFormat.UncompressedPoint)


def b64(content):
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Browser:
    """One that is subscribed: it has keys of its own and knows the server's."""

    def __init__(self, endpoint):
        self.endpoint = endpoint
        self.private_key = ec.generate_private_key(ec.SECP256R1())
        self.auth = os.urandom(16)

    @property
    def point(self):
        return self.private_key.public_key().public_bytes(*UNCOMPRESSED)

    @property
    def subscription(self):
        keys = {"p256dh": b64(self.point), "auth": b64(self.auth)}
        return json.dumps({"endpoint": self.endpoint, "expirationTime": None, "keys": keys})

    def read(self, body):
        """Return what the body says (RFC 8188 section 2, RFC 8291 section 3.4)."""
        salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        sender, sealed = body[21 : 21 + length], body[21 + length :]
        assert len(sealed) <= size, "one record"
        peer = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        shared = self.private_key.exchange(ec.ECDH(), peer)
        info = b"WebPush: info\0" + self.point + sender
        secret = derive(shared, self.auth, info, 32)
        key = derive(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
        nonce = derive(secret, salt, b"Content-Encoding: nonce\0", 12)
        text = AESGCM(key).decrypt(nonce, sealed, None)
        # A delimiter of 2 ends the last record; zeros may follow as padding.
        content, delimiter, padding = text.rpartition(b"\x02")
        assert delimiter and not padding.strip(b"\0")
        return json.loads(content)


def derive(secret, salt, info, length):
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


def check_sender(headers, url, public_key):
    """Do what a push service does before it takes anything (RFC 8292 sections 2 and 4)."""
    scheme, _, rest = headers["Authorization"].partition(" ")
    assert scheme == "vapid"
    facts = dict(part.strip().split("=", 1) for part in rest.split(","))
    assert facts["k"] == public_key
    head, claims, signature = facts["t"].split(".")
    assert json.loads(unb64(head)) == {"typ": "JWT", "alg": "ES256"}
    raw = unb64(signature)
    whole = encode_dss_signature(*(int.from_bytes(raw[n : n + 32], "big") for n in (0, 32)))
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unb64(public_key))
    key.verify(whole, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
    said = json.loads(unb64(claims))
    at = urlsplit(url)
    assert said["aud"] == f"{at.scheme}://{at.netloc}"
    assert time.time() < said["exp"] <= time.time() + 86_400
    assert said["sub"].startswith(("mailto:", "https://"))
    assert headers["Content-Encoding"] == "aes128gcm"
    assert headers["TTL"].isdecimal() and int(headers["TTL"]) > 0
