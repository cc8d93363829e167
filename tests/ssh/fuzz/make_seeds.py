#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the first inputs of each corpus: whole exchanges, in the language of interpreter.h.

make_seeds.py FOLDER
"""
import struct
import sys
from pathlib import Path

MUTUAL_INTEGRITY = 0x22
KRB5 = bytes.fromhex("06092a864886f712010202")
# The framing of RFC 2743 s3.1 around nothing much.
FIRST_TOKEN = b"\x60" + bytes([len(KRB5) + 8]) + KRB5 + b"\x01\x00" + b"AP-REQ"
GROUP14_E = b"\x11" * 256
HOST_KEY = b"\x00\x00\x00\x0bssh-ed25519\x00\x00\x00\x20" + b"\x03" * 32


def string(octets):
    return struct.pack(">I", len(octets)) + octets


def receive(*parts):
    payload = b"".join(parts)
    return b"\x00" + struct.pack(">H", len(payload)) + payload


def answer(kind, verdict=1, flags=MUTUAL_INTEGRITY, octets=b"", newest=1):
    return bytes([1, newest, kind, verdict, flags]) + struct.pack(">H", len(octets)) + octets


MORE, DONE, FAILED = 0, 4, 8
MIC, VERIFY, AUTHORIZE = 1, 2, 3
START, CANCEL = b"\x02", b"\x03"
MIC_OCTETS = b"m" * 28
ERROR = receive(b"\x22", struct.pack(">II", 0xd0000, 7), string(b"no key \x1b[2J"), string(b"en"))


def client_kex():
    for option, key in ((0, b"\x09" * 32), (1, b"\x04" + b"\x05" * 64)):
        complete = receive(b"\x20", string(key), string(MIC_OCTETS), b"\x01", string(b"AP-REP"))
        yield (bytes([option | 8]) + START + answer(MORE, octets=FIRST_TOKEN)
               + receive(b"\x21", string(HOST_KEY)) + complete + answer(DONE) + answer(VERIFY))
        yield bytes([option]) + START + answer(MORE, octets=FIRST_TOKEN) + complete + answer(DONE) + answer(VERIFY, 0)
        yield (bytes([option | 8]) + START + answer(MORE, octets=FIRST_TOKEN) + receive(b"\x1f", string(b"more"))
               + answer(MORE, octets=b"again") + receive(b"\x1f", string(b"more")) + answer(FAILED, octets=b"KRB-ERROR"))
    yield b"\x08" + START + answer(MORE, octets=FIRST_TOKEN) + ERROR
    yield b"\x02" + START + answer(DONE, octets=FIRST_TOKEN) + receive(
        b"\x20", string(b"\x12" * 256), string(MIC_OCTETS), b"\x00") + answer(VERIFY)
    group = receive(b"\x29", string(b"\x00" + b"\xff" * 256), string(b"\x02"))
    yield b"\x03" + START + answer(MORE, octets=FIRST_TOKEN) + group + answer(MORE, octets=FIRST_TOKEN) + CANCEL


def server_kex():
    for option, key in ((0, b"\x09" * 32), (1, b"\x04" + b"\x05" * 64), (2, GROUP14_E)):
        init = receive(b"\x1e", string(FIRST_TOKEN), string(key))
        yield bytes([option | 8]) + init + answer(DONE, octets=b"AP-REP") + answer(MIC, octets=MIC_OCTETS)
        yield bytes([option | 40]) + init + answer(MORE, octets=b"more") + receive(
            b"\x1f", string(b"again")) + answer(DONE) + answer(MIC, octets=MIC_OCTETS)
        yield bytes([option | 8]) + init + answer(FAILED, octets=b"KRB-ERROR")
    request = receive(b"\x28", struct.pack(">III", 2048, 3072, 8192))
    yield b"\x0b" + request + receive(b"\x1e", string(FIRST_TOKEN), string(GROUP14_E)) + answer(DONE) + answer(
        MIC, octets=MIC_OCTETS)


def request(method, rest, user=b"alice"):
    return receive(b"\x32", string(user), string(b"ssh-connection"), string(method), rest)


SUCCESS = receive(b"\x34")
FAILURE = receive(b"\x33", string(b"publickey,gssapi-with-mic"), b"\x00")


def client_with_mic():
    response = receive(b"\x3c", string(KRB5))
    yield (b"\x00" + START + response + answer(MORE, octets=FIRST_TOKEN) + receive(b"\x3d", string(b"AP-REP"))
           + answer(DONE) + answer(MIC, octets=MIC_OCTETS) + SUCCESS)
    yield b"\x02" + START + response + answer(FAILED, octets=b"KRB-ERROR") + FAILURE
    yield (b"\x02" + START + response + answer(MORE, octets=FIRST_TOKEN) + receive(
        b"\x40", struct.pack(">II", 0xd0000, 7), string(b"no"), string(b"")) + receive(b"\x41", string(b"KRB-ERROR"))
        + answer(FAILED) + FAILURE)
    yield b"\x00" + START + SUCCESS


def client_keyex():
    yield b"\x00" + START + answer(MIC, octets=MIC_OCTETS) + SUCCESS
    yield b"\x00" + START + answer(MIC, octets=MIC_OCTETS) + FAILURE
    yield b"\x00" + START + SUCCESS


def server_auth():
    with_mic = request(b"gssapi-with-mic", struct.pack(">I", 2) + string(b"\x06\x03\x2a\x03\x04") + string(KRB5))
    token = receive(b"\x3d", string(FIRST_TOKEN))
    mic = receive(b"\x42", string(MIC_OCTETS))
    yield b"\x04" + with_mic + token + answer(DONE, octets=b"AP-REP") + mic + answer(VERIFY) + answer(AUTHORIZE)
    yield b"\x04" + with_mic + token + mic + answer(DONE) + answer(VERIFY) + answer(AUTHORIZE, 0)
    yield b"\x04" + with_mic + token + answer(FAILED, octets=b"KRB-ERROR") + with_mic + token + with_mic
    yield b"\x02" + request(b"gssapi-keyex", string(MIC_OCTETS)) + answer(VERIFY) + answer(AUTHORIZE)
    yield b"\x02" + request(b"publickey", b"\x00") + START + request(b"none", b"") + START
    yield b"\x00" + with_mic + receive(b"\x3f") + with_mic + receive(b"\x41", string(b"KRB-ERROR")) + with_mic


def main():
    for make in (client_kex, server_kex, client_with_mic, client_keyex, server_auth):
        folder = Path(sys.argv[1]) / make.__name__
        folder.mkdir(parents=True, exist_ok=True)
        for number, octets in enumerate(make()):
            (folder / f"seed-{number}").write_bytes(octets)


if __name__ == "__main__":
    main()
