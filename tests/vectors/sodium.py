"""What the generators of known answers share: hashes, keys and the group.

Python's hashlib and libsodium by itself, and nothing of this project's code.
Every secret is BLAKE2b-256 of a text that a generator names, so that anybody
can make the same files again, byte for byte.
"""

import ctypes
import ctypes.util
import hashlib
import json
import struct

SODIUM = ctypes.CDLL(ctypes.util.find_library("sodium"))
SODIUM.sodium_init()
ORDER = 2**252 + 27742317777372353535851937790883648493


def blake(data, size=32, key=b""):
    return hashlib.blake2b(data, digest_size=size, key=key).digest()


def secret(name, size=32):
    return blake(b"garderobe/vectors/" + name.encode(), size)


def lp(data):
    return struct.pack(">H", len(data)) + data


def label(text):
    return text.encode() + b"\0"


def scalar(data):
    return (int.from_bytes(hashlib.sha512(data).digest(), "little")
            % ORDER).to_bytes(32, "little")


def sign(seed, message):
    public, private = ctypes.create_string_buffer(32), ctypes.create_string_buffer(64)
    SODIUM.crypto_sign_seed_keypair(public, private, seed)
    signature = ctypes.create_string_buffer(64)
    SODIUM.crypto_sign_detached(signature, None, message,
                                ctypes.c_ulonglong(len(message)), private)
    return signature.raw


def public_of(seed):
    public, private = ctypes.create_string_buffer(32), ctypes.create_string_buffer(64)
    SODIUM.crypto_sign_seed_keypair(public, private, seed)
    return public.raw


def point(text):
    """An element that nobody knows the logarithm of."""
    out = ctypes.create_string_buffer(32)
    SODIUM.crypto_core_ristretto255_from_hash(
        out, hashlib.sha512(text.encode()).digest())
    return out.raw


def times(number, element):
    out = ctypes.create_string_buffer(32)
    assert SODIUM.crypto_scalarmult_ristretto255(out, number, element) == 0
    return out.raw


def times_base(number):
    out = ctypes.create_string_buffer(32)
    assert SODIUM.crypto_scalarmult_ristretto255_base(out, number) == 0
    return out.raw


def plus(one, *others):
    """A sum, which may be the identity: 32 zero bytes."""
    for other in others:
        out = ctypes.create_string_buffer(32)
        assert SODIUM.crypto_core_ristretto255_add(out, one, other) == 0
        one = out.raw
    return one


def minus(one, other):
    out = ctypes.create_string_buffer(32)
    assert SODIUM.crypto_core_ristretto255_sub(out, one, other) == 0
    return out.raw


def hash_to_group(kind, value):
    """RFC 9380, expand_message_xmd with SHA-512 to 64 bytes, then RFC 9496."""
    tag = b"GARDEROBE-V1-ristretto255_XMD:SHA-512_R255MAP_RO_-" + kind.encode()
    tag += bytes([len(tag)])
    first = hashlib.sha512(bytes(128) + value + struct.pack(">H", 64) + b"\0"
                           + tag).digest()
    uniform = hashlib.sha512(first + b"\1" + tag).digest()
    out = ctypes.create_string_buffer(32)
    SODIUM.crypto_core_ristretto255_from_hash(out, uniform)
    return out.raw


def box_public_of(private):
    out = ctypes.create_string_buffer(32)
    SODIUM.crypto_scalarmult_base(out, private)
    return out.raw


def sealed_to(private, message, name):
    """What crypto_box_seal makes for the key of `private`.

    The sender's key pair, which it draws, follows here from a name: so the
    file comes out the same each time.
    """
    sender, public = secret("sender of " + name), box_public_of(private)
    nonce = blake(box_public_of(sender) + public, 24)
    box = ctypes.create_string_buffer(len(message) + 16)
    assert SODIUM.crypto_box_easy(box, message, ctypes.c_ulonglong(len(message)),
                                  nonce, public, sender) == 0
    sealed = box_public_of(sender) + box.raw
    opened = ctypes.create_string_buffer(len(message))
    assert SODIUM.crypto_box_seal_open(
        opened, sealed, ctypes.c_ulonglong(len(sealed)), public, private) == 0
    assert opened.raw == message
    return sealed


def xchacha(key, nonce, message, data):
    """XChaCha20-Poly1305-IETF with associated data."""
    out = ctypes.create_string_buffer(len(message) + 16)
    SODIUM.crypto_aead_xchacha20poly1305_ietf_encrypt(
        out, None, message, ctypes.c_ulonglong(len(message)), data,
        ctypes.c_ulonglong(len(data)), None, nonce, key)
    return out.raw


def hexed(value):
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {name: hexed(one) for name, one in value.items()}
    if isinstance(value, list):
        return [hexed(one) for one in value]
    return value


def written(vectors):
    return json.dumps(hexed(vectors), indent=1)
