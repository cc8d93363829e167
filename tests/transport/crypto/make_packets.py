#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the known answers of packets under each cipher and MAC, and compares them with AsyncSSH.

make_packets.py [--check FILE]

Prints the known answers; --check compares them with FILE instead, and seals every packet with
AsyncSSH besides. ChaCha20 and Poly1305 are written out below from their definitions (RFC 8439 s2.3
and s2.5, with a nonce of 64 bits as their inventor has it), HMAC is Python's, AES is that of
python3-cryptography. Keys and payloads come from SHA-256 of a label.
"""
import hashlib
import hmac
import struct
import sys
import warnings

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

AEAD = {"chacha20-poly1305@openssh.com": 64, "aes256-gcm@openssh.com": 32, "aes128-gcm@openssh.com": 16}
CTR = {"aes256-ctr": 32, "aes192-ctr": 24, "aes128-ctr": 16}
MACS = {"hmac-sha2-256-etm@openssh.com": "sha256", "hmac-sha2-512-etm@openssh.com": "sha512",
        "hmac-sha2-256": "sha256", "hmac-sha2-512": "sha512"}
SIZES = (1, 2, 3, 11, 12, 13, 27, 28, 300)
FIRST = 0xfffffffc  # so that the sequence number wraps


def stream(label, size):
    out = b""
    while len(out) < size:
        out += hashlib.sha256(f"{label} {len(out)}".encode()).digest()
    return out[:size]


def rotated(value, count):
    return (value << count | value >> (32 - count)) & 0xffffffff


def chacha_block(key, nonce, counter):
    start = list(struct.unpack("<4I", b"expand 32-byte k")) + list(struct.unpack("<8I", key))
    start += list(struct.unpack("<4I", struct.pack("<Q", counter) + nonce))
    x = list(start)

    def quarter(a, b, c, d):
        for first, second, third, count in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            x[first] = (x[first] + x[second]) & 0xffffffff
            x[third] = rotated(x[third] ^ x[first], count)

    for _ in range(10):
        for i in range(4):
            quarter(i, i + 4, i + 8, i + 12)
        for i in range(4):
            quarter(i, (i + 1) % 4 + 4, (i + 2) % 4 + 8, (i + 3) % 4 + 12)
    return struct.pack("<16I", *((a + b) & 0xffffffff for a, b in zip(x, start)))


def chacha(key, nonce, counter, octets):
    out = b""
    for at in range(0, len(octets), 64):
        block = chacha_block(key, nonce, counter + at // 64)
        out += bytes(a ^ b for a, b in zip(octets[at:at + 64], block))
    return out


def poly1305(key, octets):
    r = int.from_bytes(key[:16], "little") & 0x0ffffffc0ffffffc0ffffffc0fffffff
    s = int.from_bytes(key[16:], "little")
    total = 0
    for at in range(0, len(octets), 16):
        total = (total + int.from_bytes(octets[at:at + 16] + b"\1", "little")) * r % (2 ** 130 - 5)
    return ((total + s) % 2 ** 128).to_bytes(16, "little")


class Chacha:
    def __init__(self, key, iv):
        self.main, self.length = key[:32], key[32:]

    def seal(self, sequence, packet):
        nonce = struct.pack(">Q", sequence)
        sealed = chacha(self.length, nonce, 0, packet[:4]) + chacha(self.main, nonce, 1, packet[4:])
        return sealed + poly1305(chacha(self.main, nonce, 0, bytes(32)), sealed)


class Gcm:
    def __init__(self, key, iv):
        self.cipher, self.fixed, self.count = AESGCM(key), iv[:4], int.from_bytes(iv[4:], "big")

    def seal(self, sequence, packet):
        nonce = self.fixed + self.count.to_bytes(8, "big")
        self.count = (self.count + 1) % 2 ** 64
        return packet[:4] + self.cipher.encrypt(nonce, packet[4:], packet[:4])


class Ctr:
    def __init__(self, key, iv, mac, mac_key):
        self.cipher = Cipher(algorithms.AES(key), modes.CTR(iv)).encryptor()
        self.digest, self.etm, self.mac_key = MACS[mac], "-etm" in mac, mac_key

    def seal(self, sequence, packet):
        if self.etm:
            sealed = packet[:4] + self.cipher.update(packet[4:])
            return sealed + self.mac(sequence, sealed)
        return self.cipher.update(packet) + self.mac(sequence, packet)

    def mac(self, sequence, octets):
        return hmac.new(self.mac_key, struct.pack(">I", sequence) + octets, self.digest).digest()


def packet_of(payload, block, pads_length, label):
    padding = 4
    while ((4 if pads_length else 0) + 1 + len(payload) + padding) % block:
        padding += 1
    body = bytes([padding]) + payload + stream(label, padding)
    return struct.pack(">I", len(body)) + body


def suites():
    for name, size in AEAD.items():
        iv = b"" if name.startswith("chacha") else stream(f"iv {name}", 12)
        if name == "aes128-gcm@openssh.com":
            iv = iv[:4] + b"\xff" * 7 + b"\xfd"  # the counter wraps and the fixed field stays
        yield name, "-", stream(f"key {name}", size), iv, b""
    for name, size in CTR.items():
        for mac, digest in MACS.items():
            iv = stream(f"iv {name} {mac}", 16)
            if name == "aes128-ctr":
                iv = b"\xff" * 15 + b"\xfe"
            yield name, mac, stream(f"key {name} {mac}", size), iv, stream(f"mac {name} {mac}",
                                                                        hashlib.new(digest).digest_size)


def make():
    yield "# Made by make_packets.py. suite: cipher, MAC, key, IV, MAC key, \"-\" where there is none."
    yield "# packet: sequence number, packet in clear, sealed packet; in order under the suite before."
    for name, mac, key, iv, mac_key in suites():
        yield " ".join(["suite", name, mac, key.hex(), iv.hex() or "-", mac_key.hex() or "-"])
        kind = Chacha if name.startswith("chacha") else Gcm
        sealer = kind(key, iv) if mac == "-" else Ctr(key, iv, mac, mac_key)
        for index, size in enumerate(SIZES):
            sequence = (FIRST + index) % 2 ** 32
            label = f"{name} {mac} {index}"
            packet = packet_of(stream(label, size), 8 if kind is Chacha and mac == "-" else 16,
                               mac != "-" and "-etm" not in mac, "padding " + label)
            yield f"packet {sequence} {packet.hex()} {sealer.seal(sequence, packet).hex()}"


def with_asyncssh(lines):
    """The sentences about packets that AsyncSSH seals to something else."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from asyncssh.encryption import get_encryption
    sealer, compared = None, 0
    for line in lines:
        words = line.split()
        if words[0] == "suite":
            key, iv, mac_key = (b"" if word == "-" else bytes.fromhex(word) for word in words[3:])
            mac = b"" if words[2] == "-" else words[2].encode()
            sealer = get_encryption(words[1].encode(), key, iv, mac, mac_key, b"-etm" in mac)
        elif words[0] == "packet":
            packet, wanted = (bytes.fromhex(word) for word in words[2:])
            sealed, tag = sealer.encrypt_packet(int(words[1]), packet[:4], packet[4:])
            compared += 1
            if sealed + tag != wanted:
                yield f"AsyncSSH seals another packet than: {line}"
    if not compared:
        yield "AsyncSSH has sealed no packet"


def main():
    lines = list(make())
    if len(sys.argv) == 1:
        print("\n".join(lines))
        return 0
    if len(sys.argv) != 3 or sys.argv[1] != "--check":
        print(__doc__)
        return 2
    faults = list(with_asyncssh(lines))
    with open(sys.argv[2], encoding="ascii") as file:
        if file.read().splitlines() != lines:
            faults.append(f"{sys.argv[2]} is not what this script makes")
    print("\n".join(faults) or f"{len(lines)} lines, and AsyncSSH says the same")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
