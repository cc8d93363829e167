#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the first inputs of each corpus, in the languages that the targets' sources tell.

make_seeds.py FOLDER
"""
import struct
import sys
from pathlib import Path


def short(octets):
    """An operand of octets."""
    return struct.pack(">H", len(octets)) + octets


def string(octets):
    """A string of RFC 4251."""
    return struct.pack(">I", len(octets)) + octets


def packets():
    def seal(payload):
        return b"\x00" + short(payload)

    for suite in range(16):
        stream = seal(b"\x5ehello") + seal(b"\x15" + bytes([suite + 1])) + seal(b"\x02again")
        yield bytes([suite, 8]) + stream + b"\x06" + short(b"\x03\x10\x00")
        yield bytes([suite, 4]) + stream + b"\x01\x01\x00\x05\x40"
        yield bytes([suite, 0]) + stream + b"\x03\x00" + b"\x04\x00\x01" + b"\x02\x02\x00\x09"
    yield b"\x01\x03" + short(b"SSH-2.0-server of mine\r\n") + seal(b"\x14kexinit")
    yield b"\x01\x03" + short(b"a line before\nSSH-1.99-x\n") + seal(b"\x14kexinit") + b"\x05" + short(b"octets")
    for line in (b"x" * 246, b"x" * 247, b"x" * 280, b"x\x1b[2J", b"x y\x7f", b"\xff", b""):
        yield b"\x01\x01" + short(b"SSH-2.0-" + line + b"\n") + seal(b"\x14kexinit")
        yield b"\x01\x03" + short(b"SSH-1.99-" + line + b"\n")
    yield b"\x01\x03" + short(b"y" * 1023 + b"\n" + b"y" * 1024 + b"\n")
    yield b"\x00\x01" + short(b"SSH-2.0-client\n") + b"\x05" + short(b"\x00\x00\x00\x0c\x0a\x05" + b"\x00" * 10)


CLIENT, SERVER = b"\x00", b"\x01"
KRB5 = bytes.fromhex("06092a864886f712010202")
# The framing of RFC 2743 s3.1 around nothing much.
FIRST_TOKEN = b"\x60" + bytes([len(KRB5) + 8]) + KRB5 + b"\x01\x00" + b"AP-REQ"
MUTUAL_INTEGRITY = 0x22
MORE, DONE, FAILED = b"\x00\x00", b"\x00\x01", b"\x00\x02"
MIC, VERIFIED, FORGED = b"\x01\x01", b"\x02\x01", b"\x02\x00"
ALLOW, DENIED, PARTLY = b"\x03\x01", b"\x03\x00", b"\x03\x02"


def kexinit():
    def say(what, octets=b"", which=0):
        return bytes([5, which]) + what + bytes([MUTUAL_INTEGRITY]) + short(octets)

    def message(variant, size=0):
        return bytes([2, variant, size])

    def init(kex=b"\x00", flags=0, host_key=b"\x00"):
        return b"\x01" + kex + host_key + b"\x00" * 8 + bytes([flags])

    def lists(*names):
        return b"\x14" + b"c" * 16 + b"".join(map(string, names)) + b"\x00" * 5

    newkeys, rekey = b"\x03", b"\x06"
    guess, strict, ext_info = 1, 2, 4
    for flags in (0, strict, strict | ext_info):
        # A server: gss-curve25519-sha256 is its first, and a plain method its last.
        yield SERVER + b"\x01" + init(flags=flags) + message(1) + say(DONE, b"AP-REP") + say(MIC, b"m" * 28) + newkeys
        for place in range(5, 16):
            yield SERVER + b"\x01" + init(bytes([1, place]), flags) + message(0, place % 6) + newkeys + init(
                bytes([1, place])) + message(0, place % 6) + newkeys
        yield CLIENT + b"\x01" + init(flags=flags) + say(MORE, FIRST_TOKEN) + message(6) + message(4) + say(DONE) + say(
            VERIFIED) + newkeys + rekey + init() + say(MORE, FIRST_TOKEN) + message(5) + say(VERIFIED) + newkeys
        yield CLIENT + b"\x01" + init(flags=flags) + say(MORE, FIRST_TOKEN) + message(5) + say(DONE) + say(FORGED) + newkeys
        yield CLIENT + b"\x01" + init(flags=flags) + say(DONE, FIRST_TOKEN) + message(5) + say(FORGED) + newkeys
        yield CLIENT + b"\x01" + init(bytes([1, 9]), flags) + message(3) + newkeys
        yield SERVER + b"\x01" + init(b"\x02\x0a\x09", flags | guess) + message(0, 2) + message(0) + newkeys
        yield SERVER + b"\x01" + init(b"\x02\x0a\x09", flags | guess) + message(0) + message(0, 2) + newkeys
        for number in (1, 2, 3, 4, 5, 7, 21, 50, 80):
            yield SERVER + b"\x01" + init(bytes([1, 9]), flags) + bytes([4, number]) + message(0)
        yield SERVER + b"\x01" + b"\x04\x02" + init(bytes([1, 9]), flags) + message(0) + newkeys
    yield SERVER + b"\x03" + init() + message(1) + say(MORE, b"again") + message(2) + say(FAILED, b"KRB-ERROR")
    yield SERVER + b"\x07" + init(b"\x01\xf0") + message(1)
    yield SERVER + b"\x01" + init(flags=8) + init()
    yield SERVER + b"\x01" + init() + init() + message(1)
    for place in range(5, 16):
        whole = SERVER + b"\x01" + init(bytes([1, place])) + message(0, place % 6)
        yield whole + b"\x00" + short(b"\x15\x00") + message(0)
        yield whole + message(0, place % 6) + newkeys
        yield whole + newkeys + rekey + b"\x04\x05" + init(bytes([1, place])) + message(0, place % 6) + newkeys
    yield CLIENT + b"\x0b" + init() + say(MORE, FIRST_TOKEN) + message(7)
    one = lists(b"curve25519-sha256,ext-info-c", b"ssh-ed25519,null", *[b"aes128-ctr"] * 2, *[b"hmac-sha2-256"] * 2,
                *[b"none"] * 2, b"", b"en")
    other = lists(b"ext-info-s,gss-x,curve25519-sha256", b"null,ssh-ed25519", *[b"aes128-gcm@openssh.com,aes128-ctr"] * 2,
                  *[b"hmac-sha1,hmac-sha2-256"] * 2, *[b"zlib,none"] * 2, b"", b"")
    yield b"\x02" + short(one) + short(other)
    for place in range(10):
        yield b"\x02" + short(one) + short(lists(*[b"" if place == n else b"none" for n in range(10)]))
    yield b"\x02" + short(other) + short(one)
    yield b"\x02" + short(other + b"x") + short(lists(b"a,,b", *[b"none"] * 9))


def userauth():
    def answer(number, what, octets=b"", which=0):
        return bytes([number, which]) + what + bytes([MUTUAL_INTEGRITY]) + short(octets)

    def say(what, octets=b""):
        return answer(5, what, octets)

    def request(method, rest, user=0):
        return bytes([2, user, 0, method]) + short(rest)

    service, everything = b"\x01\x00", b"\x7f"
    none, password = request(0, b""), request(1, b"\x00" + string(b"horse"))
    with_mic = request(3, struct.pack(">I", 2) + string(b"\x06\x03\x2a\x03\x04") + string(KRB5))
    keyex = request(4, string(b"m" * 28))
    token, mic = b"\x06\x00" + short(FIRST_TOKEN), b"\x06\x01" + short(b"m" * 28)
    named, signed = b"\x03\x00\x00", b"\x03\x00\x01"
    for proof in (none, password, signed):
        yield SERVER + everything + service + proof + say(ALLOW) + none + say(ALLOW)
        yield SERVER + everything + service + proof + say(DENIED) + proof + answer(5, ALLOW, which=5) + say(ALLOW)
        yield SERVER + everything + service + proof + say(PARTLY) + password + say(ALLOW)
    yield SERVER + everything + service + named + say(ALLOW) + signed + say(ALLOW)
    yield SERVER + everything + service + b"\x03\x00\x02" + b"\x03\x00\x03" + request(2, b"\x01") + none * 4
    yield SERVER + everything + service + with_mic + token + say(DONE, b"AP-REP") + mic + say(VERIFIED) + say(ALLOW)
    yield SERVER + everything + service + with_mic + token + say(FAILED, b"KRB-ERROR") + with_mic + token + say(MORE)
    yield SERVER + everything + service + with_mic + token + say(DONE) + mic + say(FORGED) + say(ALLOW)
    yield SERVER + everything + service + keyex + say(VERIFIED) + say(b"\x03\x06") + signed + say(ALLOW)
    yield SERVER + b"\x00" + service + password + signed + with_mic + keyex + request(5, b"")
    yield SERVER + everything + b"\x01\x03" + none
    yield SERVER + everything + service + password + say(DENIED) + none + say(b"\x03\x06") + password + say(DENIED) * 2
    yield SERVER + everything + service + none + say(b"\x04\x01")

    def reply(what, octets=b""):
        return answer(10, what, octets)

    accepted, success = b"\x02\x00", b"\x03"
    failure, partial = b"\x04" + short(b"publickey,password") + b"\x00", b"\x04" + short(b"password") + b"\x01"
    for method in range(5):
        log_in = bytes([1, 0, method])
        yield CLIENT + everything + log_in + accepted + success + log_in + success
        yield CLIENT + everything + log_in + accepted + reply(MIC, b"m") + b"\x00" + short(b"\x34\x00")
        yield CLIENT + everything + log_in + accepted + failure + b"\x01\x00\x00" + partial + b"\x01\x01\x00" + success
        yield CLIENT + everything + log_in + accepted + b"\x09\x05" + b"\x06\x02" + failure + failure
        yield CLIENT + b"\x00" + b"\x0b\x00" + log_in + b"\x02\x03"
    yield (CLIENT + everything + b"\x01\x00\x03" + accepted + b"\x06\x00" + reply(MORE, FIRST_TOKEN) + b"\x07\x00" + short(b"AP-REP")
           + reply(DONE) + reply(MIC, b"m" * 28) + success)
    yield (CLIENT + everything + b"\x01\x00\x03" + accepted + b"\x06\x00" + reply(MORE, FIRST_TOKEN) + b"\x08" + short(b"no \x1b[2J")
           + b"\x07\x01" + short(b"KRB-ERROR") + reply(FAILED) + failure + b"\x01\x00\x04" + reply(MIC, b"m" * 28) + success)
    yield CLIENT + everything + b"\x01\x00\x04" + accepted + reply(MIC, b"m" * 28) + success
    yield CLIENT + everything + b"\x01\x00\x03" + accepted + b"\x05" + short(b"Welcome\x1b[2J\r\n") + b"\x06\x00" + reply(FAILED, b"KRB-ERROR") + failure
    yield CLIENT + everything + b"\x01\x00\x03" + accepted + b"\x06\x01"


SESSION, EITHER, EXEC = 0, 1, 3
EOF, CLOSE, GOOD, BAD = 0, 1, 2, 3
ACCEPT, DENY, NOBODY, WRONG = 0, 1, 2, 3


def channels():
    def step(what, *operands):
        return bytes([what]) + b"".join(one if isinstance(one, bytes) else bytes([one]) for one in operands)

    window, packet = b"\xc4\x00", b"\xc1\x00"
    peer_opens = step(1, SESSION, 7, window, packet, short(b""))
    peer_opens_other = step(1, EITHER, 8, window, packet, short(b"data"))
    accept = step(9, 0, ACCEPT, window, short(b""))
    opened = peer_opens + accept
    host_opens = step(10, SESSION, window) + step(2, 0, 7, window, packet)
    request, global_request = step(7, 0, EXEC, 1), step(8, 0, EXEC, 1)
    yield SERVER + opened + step(5, 0, 0, 100) + step(12, 0, 100) + step(5, 0, 0, 0xc3, 0) + step(
        12, 0, 0xc3, 0) + step(6, 0, EOF) + step(11, 0, 0, 50) + step(11, 0, 1, 50) + step(13, 0, 0) + step(
        13, 0, 1) + step(6, 0, CLOSE)
    window_full, more_than_half = b"\xc4\x00", b"\xc2\x58"
    yield SERVER + opened + (step(5, 0, 0, more_than_half) + step(12, 0, more_than_half)) * 3
    yield SERVER + opened + (step(5, 0, 0, window_full) + step(12, 0, window_full)) * 2 + step(13, 0, 0) + step(6, 0, CLOSE)
    yield SERVER + opened + request + request + step(9, 1, ACCEPT, 0, short(b"")) + step(9, 0, DENY, 0, short(b"")) + step(
        14, 0, EXEC, 1) + step(14, 0, EXEC, 0) + step(6, 0, GOOD) + step(6, 0, CLOSE)
    large, small = 0x81, 0x03
    for size in (large, small):
        yield SERVER + opened + step(7, 0, EXEC, 0xff) + step(9, 0, DENY, 0, short(b"")) + step(7, 0, EXEC, large) + step(
            7, 0, EXEC, small) + step(7, 0, EXEC, size - 2) + step(7, 0, EXEC, large)
        yield SERVER + step(8, 0, EXEC, 0xff) + step(9, 0, DENY, 0, short(b"")) + step(8, 0, EXEC, large) + step(
            8, 0, EXEC, small) + step(8, 0, EXEC, size)
    yield SERVER + global_request + global_request + step(9, 1, ACCEPT, 0, short(b"port")) + step(
        9, 0, WRONG, 0, short(b"")) + step(14, 0xff, EXEC, 1) + step(8, 1) + step(14, 0xff, EXEC, 1) + step(8, 2)
    yield SERVER + opened + step(11, 0, 0, 0xc8, 0) + step(4, 0, 0xc1, 0) + step(15, 0) + step(
        11, 0, 0, 9) + step(15, 0xd0, 0) + step(4, 0, 0xff, 0)
    yield SERVER + peer_opens + step(9, 0, DENY, 0, short(b"")) + peer_opens_other + step(
        9, 0, WRONG, 0, short(b"")) + step(1, 2, 9, window, packet, short(b"")) + peer_opens + step(9, 0, NOBODY, 0, short(b""))
    yield SERVER + b"".join(step(1, SESSION, n, window, packet, short(b"")) for n in range(6)) + step(
        9, 0xf5, ACCEPT, 0, short(b"")) + accept * 4
    yield CLIENT + host_opens + step(5, 0, 1, 100) + step(12, 0, 0xff, 0) + step(14, 0, EXEC, 1) + step(
        6, 0, GOOD) + request + step(9, 0, DENY, 0, short(b"")) + step(6, 0, EOF) + step(6, 0, CLOSE)
    yield CLIENT + step(10, EITHER, window) + step(3, 0, 4) + host_opens + step(13, 0, 1) + step(5, 0, 0, 10) + request + step(
        9, 0, ACCEPT, 0, short(b"")) + step(6, 0, CLOSE)
    yield CLIENT + peer_opens + peer_opens_other + step(9, 0, ACCEPT, 0xff, 0, short(b"x")) + step(5, 0, 0, 0xe0, 0) + step(
        13, 0, 0) + step(6, 0, EOF) + step(12, 0, 0xe0, 0)
    for number in range(80, 102):
        yield SERVER + opened + step(0, short(bytes([number]) + struct.pack(">III", 0, 7, 9) + string(b"text")))


def session():
    def packet(*parts):
        return b"\x00" + short(b"".join(parts))

    def host(which, channel=0, octets=b""):
        return bytes([3, which, channel]) + short(octets)

    def number(value):
        return struct.pack(">I", value)

    def life(role, before):
        return bytes([role | before << 1])

    nothing, versions, keys, login = range(4)
    client, server = 0, 1
    numbers, cuts = number(7) + number(9000) + number(9000), b"\x04" + short(b"\x02\x00\x1f")
    opened = packet(b"\x5a", string(b"session"), numbers)
    data = packet(b"\x5e", number(0), string(b"octets of the channel"))
    execute = packet(b"\x62", number(0), string(b"exec"), b"\x01", string(b"date"))
    bye = packet(b"\x01", number(11), string(b"bye"), string(b""))
    service, accepted = packet(b"\x05", string(b"ssh-userauth")), packet(b"\x06", string(b"ssh-userauth"))

    def request(method, rest=b""):
        return packet(b"\x32", string(b"alice"), string(b"ssh-connection"), string(method), rest)

    yield life(server, nothing) + cuts + b"\x01" + short(b"SSH-2.0-x\r\n") + packet(b"\x14kexinit")
    yield life(client, nothing) + cuts + b"\x01" + short(b"hello\r\nSSH-1.99-x\n") + packet(b"\x14kexinit")
    yield life(server, versions) + packet(b"\x02", string(b"")) + packet(b"\x03", number(1)) + bye
    yield life(server, keys) + cuts + b"\x02\x01" + service + request(b"password", b"\x00" + string(b"horse")) + opened + bye
    yield life(server, keys) + cuts + b"\x02\x00" + service + request(b"none") + request(b"gssapi-keyex", string(b"m" * 28)) + opened
    yield life(server, keys) + cuts + b"\x02\x06" + service + request(b"none") + request(b"none")
    yield life(client, keys) + cuts + host(7, 1) + accepted + packet(b"\x33", string(b"password"), b"\x00") + host(7, 0) + packet(b"\x34")
    yield life(client, keys) + b"\x02\x01" + host(7, 6) + accepted + packet(b"\x35", string(b"Hi\x1b\n"), string(b"")) + packet(b"\x34")
    yield life(server, login) + cuts + opened + execute + data + host(1, 0, b"answer") + host(2, 0, b"x" * 21) + host(3) + host(4) + packet(
        b"\x60", number(0)) + packet(b"\x61", number(0)) + bye
    yield life(server, login) + opened + data + b"\x01" + short(b"\x00\x00")
    yield life(server, login) + b"\x02\x06" + opened + data + b"\x02\x00" + opened
    yield life(server, login) + cuts + host(8) + data + host(9, 0, b"ignored") + packet(b"\x50", string(b"a@b"), b"\x01")
    yield life(client, login) + cuts + host(0) + packet(b"\x5b", number(0), numbers) + host(5, 0, b"date") + packet(
        b"\x63", number(0)) + data + packet(b"\x5d", number(0), number(99)) + host(1, 0, b"in" * 99) + packet(b"\x61", number(0))
    yield life(client, login) + host(6) + packet(b"\x51") + host(0) + packet(b"\x5c", number(0), number(1), string(b"no\x1b"), string(b""))
    for value in (0, 4, 7, 20, 21, 30, 52, 60, 82, 99, 101, 127, 128, 192, 255):
        yield life(server, login) + packet(bytes([value]), number(0), number(1)) + data
        yield life(client, keys) + packet(bytes([value]), b"\x00", string(b"text"), string(b"")) + accepted


def main():
    for make in (packets, kexinit, userauth, channels, session):
        folder = Path(sys.argv[1]) / make.__name__
        folder.mkdir(parents=True, exist_ok=True)
        for number, octets in enumerate(make()):
            (folder / f"seed-{number}").write_bytes(octets)


if __name__ == "__main__":
    main()
