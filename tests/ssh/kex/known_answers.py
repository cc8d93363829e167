#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Known answers for GSS key exchange, computed with other code than ours.

tests/ssh/kex/known_answers.py > tests/ssh/kex/known_answers.txt

For each family (RFC 4462 s2, RFC 8732) and some shapes of the shared secret: both key pairs, K, H and
keys A to F. Curves come from python3-cryptography, groups from libcrypto's own tables (and for 1024 bits
from the formula of RFC 2409), powers and hashes from Python itself. Private keys come from a hash, so
that the output is always the same.
"""
import ctypes
import ctypes.util
import hashlib

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, x448, x25519

V_C = b"SSH-2.0-OpenSSH_9.2p1 Debian-2"
V_S = b"SSH-2.0-gssxx_0.1"
I_C = bytes([20]) + bytes(i * 5 % 256 for i in range(611))
I_S = bytes([20]) + bytes(i * 11 % 256 for i in range(803))
RAW = (serialization.Encoding.Raw, serialization.PublicFormat.Raw)
POINT = (serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


# RFC 4251 s5
def uint32(number):
    return number.to_bytes(4, "big")


def string(octets):
    return uint32(len(octets)) + octets


def mpint(number):
    return string(b"" if number == 0 else number.to_bytes(number.bit_length() // 8 + 1, "big"))


K_S = string(b"ssh-ed25519") + string(bytes(range(32)))


def private_octets(label, size):
    return hashlib.shake_256(label.encode()).digest(size)


# Groups
def oakley_2():
    """RFC 2409 s6.2: 2^1024 - 2^960 - 1 + 2^64 * { [2^894 pi] + 129093 }."""
    guard = 128

    def arctan_of_inverse(x):
        term = (1 << (894 + guard)) // x
        total, n, sign = term, 1, -1
        while term:
            term //= x * x
            n += 2
            total += sign * (term // n)
            sign = -sign
        return total

    pi = (4 * (4 * arctan_of_inverse(5) - arctan_of_inverse(239))) >> guard
    return 2**1024 - 2**960 - 1 + 2**64 * (pi + 129093)


def modp(bits):
    if bits == 1024:
        return oakley_2()
    library = ctypes.CDLL(ctypes.util.find_library("crypto"))
    function = getattr(library, f"BN_get_rfc3526_prime_{bits}")
    function.restype = ctypes.c_void_p
    library.BN_bn2hex.restype = ctypes.c_void_p
    text = library.BN_bn2hex(ctypes.c_void_p(function(None)))
    return int(ctypes.string_at(text), 16)


# Key pairs: the public key as it is sent, K as a number
def curve25519(label):
    return x25519.X25519PrivateKey.from_private_bytes(private_octets(label, 32))


def curve448(label):
    return x448.X448PrivateKey.from_private_bytes(private_octets(label, 56))


def nist(curve):
    return lambda label: ec.derive_private_key(
        int.from_bytes(private_octets(label, 80), "big") % (2 ** (curve.key_size - 1)) + 1, curve)


def curve_exchange(make, client_label, server_label):
    client, server = make(client_label), make(server_label)
    if isinstance(client, ec.EllipticCurvePrivateKey):
        secret = client.exchange(ec.ECDH(), server.public_key())
        form = POINT
    else:
        secret = client.exchange(server.public_key())
        form = RAW
    keys = [key.public_key().public_bytes(*form) for key in (client, server)]
    return keys[0], keys[1], int.from_bytes(secret, "big"), len(secret)


def group_exchange(bits, client_label, server_label):
    p = modp(bits)
    x, y = (int.from_bytes(private_octets(label, 64), "big") for label in (client_label, server_label))
    return pow(2, x, p), pow(2, y, p), pow(2, x * y, p), bits // 8


def shape(secret, size):
    octets = secret.to_bytes(size, "big")
    return "zero" if octets[0] == 0 else "sign" if octets[0] & 0x80 else "plain"


def show(name, value):
    print(f"{name} {value.hex() if isinstance(value, bytes) else value}")


def answer(family, digest, which, exchange, host_key, bits=None, request=None):
    """One block of the file."""
    client, server, secret, size = exchange
    curve = isinstance(client, bytes)
    data = string(V_C) + string(V_S) + string(I_C) + string(I_S) + string(host_key)
    if request:
        data += b"".join(map(uint32, request)) + mpint(modp(bits)) + mpint(2)
    encode = string if curve else mpint
    data += encode(client) + encode(server) + mpint(secret)
    hash_ = digest(data).digest()
    session_id = hashlib.sha256(b"a session id").digest()
    show("family", family)
    show("shape", which)
    show("host_key", host_key or "none")
    if bits:
        show("bits", bits)
        show("group", hashlib.sha256(modp(bits).to_bytes(bits // 8, "big")).digest())
    if request:
        show("request", " ".join(map(str, request)))

    def octets(value):
        return value if curve else value.to_bytes((value.bit_length() + 7) // 8, "big")

    show("client", octets(client))
    show("server", octets(server))
    show("magnitude", secret.to_bytes(size, "big").lstrip(b"\0"))
    show("K", mpint(secret))
    show("H", hash_)
    show("session_id", session_id)
    for letter, wanted in zip("ABCDEF", (12, 16, 32, 64, 96, 200)):
        key = b""
        while len(key) < wanted:
            key += digest(mpint(secret) + hash_ +
                          (key if key else letter.encode() + session_id)).digest()
        show(letter, key[:wanted])
    print("end")


def shapes(family, exchange_of, wanted):
    """Exchanges whose K has each of these shapes."""
    left, number = list(wanted), 0
    while left:
        made = exchange_of(f"{family} client {number}", f"{family} server {number}")
        found = shape(made[2], made[3])
        if found in left:
            left.remove(found)
            yield found, made
        number += 1


def main():
    print("# Made by known_answers.py; see there.")
    show("V_C", V_C)
    show("V_S", V_S)
    show("I_C", I_C)
    show("I_S", I_S)
    print("end")
    curves = [("gss-curve25519-sha256-", hashlib.sha256, curve25519),
              ("gss-nistp256-sha256-", hashlib.sha256, nist(ec.SECP256R1())),
              ("gss-nistp384-sha384-", hashlib.sha384, nist(ec.SECP384R1())),
              ("gss-nistp521-sha512-", hashlib.sha512, nist(ec.SECP521R1())),
              ("gss-curve448-sha512-", hashlib.sha512, curve448)]
    for family, digest, make in curves:
        # The highest octet of a number below 2^521 is 0 or 1.
        wanted = ["zero", "plain"] if "521" in family else ["zero", "sign", "plain"]
        for which, made in shapes(family, lambda c, s, make=make: curve_exchange(make, c, s), wanted):
            for host_key in (K_S, b""):
                answer(family, digest, which, made, host_key)
    groups = [("gss-group14-sha256-", hashlib.sha256, 2048), ("gss-group15-sha512-", hashlib.sha512, 3072),
              ("gss-group16-sha512-", hashlib.sha512, 4096), ("gss-group17-sha512-", hashlib.sha512, 6144),
              ("gss-group18-sha512-", hashlib.sha512, 8192), ("gss-group14-sha1-", hashlib.sha1, 2048),
              ("gss-group1-sha1-", hashlib.sha1, 1024)]
    for family, digest, bits in groups:
        wanted = ["zero", "sign", "plain"] if bits <= 2048 else ["sign", "plain"]
        for which, made in shapes(family, lambda c, s, bits=bits: group_exchange(bits, c, s), wanted):
            for host_key in (K_S, b""):
                answer(family, digest, which, made, host_key, bits)
    for bits, request in ((2048, (2048, 2048, 8192)), (3072, (2048, 3072, 8192)), (4096, (3072, 4000, 4096))):
        exchange = group_exchange(bits, f"gex client {bits}", f"gex server {bits}")
        answer("gss-gex-sha1-", hashlib.sha1, shape(exchange[2], exchange[3]), exchange, K_S, bits, request)


if __name__ == "__main__":
    main()
