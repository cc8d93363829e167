#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the known answers of key agreement with Python's integers, and compares them with another library.

make_vectors.py [--check FILE]

Prints the known answers; --check compares them with FILE instead. The arithmetic is that of RFC 7748
s5, of SEC1 and of RFC 4253 s8, written out below. Where python3-cryptography is installed, each answer
on a curve is compared with what that library says. Private keys come from SHA-256 of a label.
"""
import hashlib
import sys

try:
    from cryptography.hazmat.primitives.asymmetric import ec, x448, x25519
except ImportError:
    ec = None


def stream(label, size):
    out = b""
    while len(out) < size:
        out += hashlib.sha256(f"{label} {len(out)}".encode()).digest()
    return out[:size]


# RFC 7748 s5 ------------------------------------------------------------------------------------

class Montgomery:
    def __init__(self, name, bits, p, a24, base):
        self.name, self.bits, self.p, self.a24 = name, bits, p, a24
        self.size = (bits + 7) // 8
        self.base = base.to_bytes(self.size, "little")

    def scalar(self, octets):
        k = bytearray(octets)
        if self.bits == 255:
            k[0] &= 248
            k[31] = k[31] & 127 | 64
        else:
            k[0] &= 252
            k[55] |= 128
        return int.from_bytes(k, "little")

    def multiply(self, octets, point):
        p = self.p
        k, u = self.scalar(octets), int.from_bytes(point, "little")
        if self.bits == 255:
            u &= (1 << 255) - 1
        x1, x2, z2, x3, z3, swap = u % p, 1, 0, u % p, 1, 0
        for t in reversed(range(self.bits)):
            bit = k >> t & 1
            if swap ^ bit:
                x2, x3, z2, z3 = x3, x2, z3, z2
            swap = bit
            a, b, c, d = x2 + z2, x2 - z2, x3 + z3, x3 - z3
            aa, bb, da, cb = a * a % p, b * b % p, d * a % p, c * b % p
            e = aa - bb
            x3, z3 = (da + cb) ** 2 % p, x1 * (da - cb) ** 2 % p
            x2, z2 = aa * bb % p, e * (aa + self.a24 * e) % p
        if swap:
            x2, z2 = x3, z3
        return (x2 * pow(z2, p - 2, p) % p).to_bytes(self.size, "little")

    def public(self, private):
        return self.multiply(private, self.base)

    def secret(self, private, peer):
        mine = self.multiply(private, peer)
        if ec:
            kind = x25519 if self.bits == 255 else x448
            name = "X25519" if self.bits == 255 else "X448"
            other = getattr(kind, name + "PrivateKey").from_private_bytes(private).exchange(
                getattr(kind, name + "PublicKey").from_public_bytes(peer))
            assert mine == other, self.name
        return mine


X25519 = Montgomery("x25519", 255, 2**255 - 19, 121665, 9)
X448 = Montgomery("x448", 448, 2**448 - 2**224 - 1, 39081, 5)


# SEC1 -------------------------------------------------------------------------------------------

class Weierstrass:
    def __init__(self, name, p, a, b, n, x, y):
        self.name, self.p, self.a, self.b, self.n, self.g = name, p, a % p, b, n, (x, y)
        self.size = (p.bit_length() + 7) // 8
        assert self.is_on(x, y)

    def is_on(self, x, y):
        return (y * y - x**3 - self.a * x - self.b) % self.p == 0

    def add(self, one, two):
        if one is None or two is None:
            return one or two
        (x1, y1), (x2, y2), p = one, two, self.p
        if x1 == x2:
            if (y1 + y2) % p == 0:
                return None
            slope = (3 * x1 * x1 + self.a) * pow(2 * y1, -1, p)
        else:
            slope = (y2 - y1) * pow(x2 - x1, -1, p)
        x3 = (slope * slope - x1 - x2) % p
        return x3, (slope * (x1 - x3) - y1) % p

    def multiply(self, k, point):
        result = None
        while k:
            if k & 1:
                result = self.add(result, point)
            point, k = self.add(point, point), k >> 1
        return result

    def encode(self, point, x_plus=0, y_plus=0, form=4):
        return (bytes([form]) + (point[0] + x_plus).to_bytes(self.size, "big") +
                (point[1] + y_plus).to_bytes(self.size, "big"))

    def root(self, square):
        # p = 3 mod 4 for all curves here
        y = pow(square, (self.p + 1) // 4, self.p)
        return y if y * y % self.p == square % self.p else None

    def least_x(self):
        """The point with the least x: x + p still fits the octets."""
        x = 0
        while (y := self.root(x**3 + self.a * x + self.b)) is None:
            x += 1
        return x, y

    def secret(self, private, peer):
        mine = self.multiply(private, peer)[0].to_bytes(self.size, "big")
        if ec:
            curve = {"nistp256": ec.SECP256R1, "nistp384": ec.SECP384R1, "nistp521": ec.SECP521R1}
            kind = curve[self.name]()
            other = ec.derive_private_key(private, kind).exchange(
                ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(kind, self.encode(peer)))
            assert mine == other, self.name
        return mine


P256 = Weierstrass(
    "nistp256", 2**256 - 2**224 + 2**192 + 2**96 - 1, -3,
    0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b,
    0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551,
    0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296,
    0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5)
P384 = Weierstrass(
    "nistp384", 2**384 - 2**128 - 2**96 + 2**32 - 1, -3,
    0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef,
    0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973,
    0xaa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7,
    0x3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f)
P521 = Weierstrass(
    "nistp521", 2**521 - 1, -3,
    int("0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf07"
        "3573df883d2c34f1ef451fd46b503f00", 16),
    int("01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03"
        "bb5c9b8899c47aebb6fb71e91386409", 16),
    int("00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de"
        "3348b3c1856a429bf97e7e31c2e5bd66", 16),
    int("011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad0761"
        "353c7086a272c24088be94769fd16650", 16))
# Another curve with keys of the same size: y^2 = x^3 + 7 over its own prime.
SECP256K1 = Weierstrass(
    "secp256k1", 2**256 - 2**32 - 977, 0, 7,
    0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141,
    0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798,
    0x483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8)


# What is printed --------------------------------------------------------------------------------

def mpint(number):
    """RFC 4251 s5."""
    octets = number.to_bytes((number.bit_length() + 8) // 8, "big") if number else b""
    return len(octets).to_bytes(4, "big") + octets


def shape(octets):
    return "zero" if octets[0] == 0 else "high" if octets[0] & 0x80 else "low"


def ecdh_line(curve, private, public, peer, secret):
    yield " ".join(["ecdh", curve.name, private.hex(), public.hex(), peer.hex(),
                    mpint(int.from_bytes(secret, "big")).hex()])


def montgomery(curve):
    peer = curve.public(stream(curve.name + " peer", curve.size))
    wanted, count = {"zero", "high", "low"}, 0
    while wanted:
        private = stream(f"{curve.name} own {count}", curve.size)
        secret = curve.secret(private, peer)
        if shape(secret) in wanted:
            wanted.remove(shape(secret))
            yield from ecdh_line(curve, private, curve.public(private), peer, secret)
        count += 1


def weierstrass(curve):
    peer_private = int.from_bytes(stream(curve.name + " peer", curve.size), "big") % curve.n
    peer = curve.multiply(peer_private, curve.g)
    # 2^521 - 1 has only one bit in its highest octet.
    wanted, count = {"zero", "low"} | ({"high"} if curve.size != 66 else set()), 0
    while wanted:
        # Small ones, because many are tried for the leading zero, and one that is not.
        private = count + 2 if count else \
            int.from_bytes(stream(curve.name + " own", curve.size), "big") % curve.n
        secret = curve.multiply(private, peer)[0].to_bytes(curve.size, "big")
        if count == 0 or shape(secret) in wanted:
            wanted.discard(shape(secret))
            assert curve.secret(private, peer) == secret
            yield from ecdh_line(curve, private.to_bytes(curve.size, "big"),
                                 curve.encode(curve.multiply(private, curve.g)), curve.encode(peer), secret)
        count += 1


def points(curve, strangers):
    """Points that must be refused, and the same point in the form that must be taken."""
    least = curve.least_x()
    yield f"good {curve.name} least-x {curve.encode(least).hex()}"
    yield f"good {curve.name} base {curve.encode(curve.g).hex()}"
    yield f"bad {curve.name} x-plus-p {curve.encode(least, x_plus=curve.p).hex()}"
    if curve.size == 66:
        yield f"bad {curve.name} base-x-plus-p {curve.encode(curve.g, x_plus=curve.p).hex()}"
        yield f"bad {curve.name} y-plus-p {curve.encode(least, y_plus=curve.p).hex()}"
        yield f"bad {curve.name} x-plus-64p {curve.encode(least, x_plus=64 * curve.p).hex()}"
    x, y = curve.g
    yield f"bad {curve.name} hybrid {curve.encode(curve.g, form=6 + (y & 1)).hex()}"
    yield f"bad {curve.name} hybrid-other {curve.encode(curve.g, form=7 - (y & 1)).hex()}"
    yield f"bad {curve.name} compressed {bytes([2 + (y & 1)]).hex()}{x.to_bytes(curve.size, 'big').hex()}"
    yield f"bad {curve.name} compressed-long {curve.encode(curve.g, form=2 + (y & 1)).hex()}"
    for form in (0, 1, 5, 8, 0x84, 0xff):
        yield f"bad {curve.name} form-{form} {curve.encode(curve.g, form=form).hex()}"
    yield f"bad {curve.name} infinity 00"
    yield f"bad {curve.name} infinity-long {bytes(2 * curve.size + 1).hex()}"
    yield f"bad {curve.name} origin {curve.encode((0, 0)).hex()}"
    yield f"bad {curve.name} swapped {curve.encode((y, x)).hex()}"
    yield f"bad {curve.name} y-is-p {curve.encode((x, curve.p)).hex()}"
    for other in strangers:
        yield f"bad {curve.name} of-{other.name} {curve.encode(other.g).hex()}"
    # Points on y^2 = x^3 - 3x + b' for other b': the formulas for addition never look at b.
    found = 0
    for x in range(2, 200):
        y = int.from_bytes(stream(f"{curve.name} {x}", curve.size), "big") % curve.p
        if not curve.is_on(x, y) and found < 8:
            found += 1
            yield f"bad {curve.name} off-{x} {curve.encode((x, y)).hex()}"
    # A point of order 2 on such a curve: x^3 - 3x + b' = 0 with y = 0.
    yield f"bad {curve.name} order-2 {curve.encode((5, 0)).hex()}"


def low_order():
    p = X25519.p
    eighth = 325606250916557431795983626356110631294008115727848805560023387167927233504
    other_eighth = 39382357235489614581723060781553021112529911719440698176882885853963445705823
    small = [0, 1, eighth, other_eighth, p - 1, p, p + 1]
    for u in small:
        for top in (0, 1 << 255):
            octets = (u + top).to_bytes(32, "little")
            assert X25519.multiply(stream("any", 32), octets) == bytes(32)
            yield f"low x25519 {u:x} {octets.hex()}"
    # The rest of the twelve encodings that are listed as dangerous. They are so for functions that do
    # not mask the highest bit, as RFC 7748 s5 says they must; after it they are points like others.
    for u in (p + eighth, p + other_eighth, 2 * p - 1, 2 * p, 2 * p + 1):
        octets = u.to_bytes(32, "little")
        masked = (u & (2**255 - 1)).to_bytes(32, "little")
        private = stream("masked", 32)
        secret = X25519.secret(private, octets)
        assert secret == X25519.secret(private, masked) != bytes(32)
        yield from ecdh_line(X25519, private, X25519.public(private), octets, secret)
    for u in (0, 1, X448.p - 1, X448.p, X448.p + 1):
        octets = u.to_bytes(56, "little")
        assert X448.multiply(stream("any", 56), octets) == bytes(56)
        yield f"low x448 {u:x} {octets.hex()}"


def is_prime(n):
    d, s = n - 1, 0
    while d % 2 == 0:
        d, s = d // 2, s + 1
    for base in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37):
        x = pow(base, d, n)
        if x in (1, n - 1):
            continue
        for _ in range(s - 1):
            x = x * x % n
            if x == n - 1:
                break
        else:
            return False
    return True


# A safe prime that is in no RFC: groups of a moduli file look like this.
SAFE_PRIME = int(
    "cb5e3c0a3a61138e73cdd40df7543da6b325b1dbbfdfc460e4051a8f44dcf86332c68e395fee76997f9c82df8667ee04"
    "b5e2e23d5ae194394a9c0a2a3697c8bc2c5e62ca5ab517853c89071be20d628ed674d0c95a7ada460ebe1855ed5adb19"
    "b7a89cf7fad8843dd35f1133bb019f4623847999549457f5357962e63095c969dc2eddf8213a817c707f1d1d3303050e"
    "0071a8f1cc6263754cb9f558eec8e65a80b7825e2a711c30bdec018faab196ee18cf9870676527c7c3507b163e6b411e"
    "6be23bb81b23101558e08ae45033270ced289371f196da6615078e5a0296d9cd57568cece315c5765b663074f4f1f7f4"
    "3f966d53417b3863791162a2ae8f66e3", 16)


def dh():
    p, g = SAFE_PRIME, 2
    assert is_prime(p) and is_prime((p - 1) // 2)
    size = (p.bit_length() + 7) // 8
    peer = pow(g, int.from_bytes(stream("dh peer", 64), "big"), p)
    wanted, count = {"zero", "high", "low"}, 0
    while wanted:
        private = int.from_bytes(stream(f"dh own {count}", 64), "big")
        secret = pow(peer, private, p)
        kind = shape(secret.to_bytes(size, "big"))
        if kind in wanted:
            wanted.remove(kind)
            yield f"dh {p:x} {g:02x} {private:x} {pow(g, private, p):x} {peer:x} {mpint(secret).hex()}"
        count += 1
    # A prime whose group has an element of order 4: its powers are 1, w, p-1 and p-w.
    k = int.from_bytes(stream("order 4", 128), "big") | 1 << 1023
    p = k - k % 4 + 1
    while not is_prime(p):
        p += 4
    base = 2
    while pow(base, (p - 1) // 2, p) == 1:
        base += 1
    w = pow(base, (p - 1) // 4, p)
    assert w * w % p == p - 1
    yield f"order4 {p:x} {w:x}"


def lines():
    yield "# Made by make_vectors.py. ecdh: curve, private key, public key, peer's public key, K as mpint."
    yield "# dh: p, g, private exponent, public value, peer's public value, K as mpint."
    yield "# low, bad: public keys to be refused; good: the same curve's to be taken. order4: p and an element."
    for curve in (X25519, X448):
        yield from montgomery(curve)
    for curve in (P256, P384, P521):
        yield from weierstrass(curve)
    yield from points(P256, [SECP256K1])
    yield from points(P384, [P256])
    yield from points(P521, [P256, P384])
    yield from low_order()
    yield from dh()


def main():
    made = "".join(line + "\n" for line in lines())
    if len(sys.argv) == 1:
        print(made, end="")
        return 0
    if len(sys.argv) != 3 or sys.argv[1] != "--check":
        print(__doc__)
        return 2
    with open(sys.argv[2], encoding="ascii") as kept:
        if kept.read() != made:
            print(f"{sys.argv[2]} is not what make_vectors.py makes")
            return 1
    print(f"{made.count(chr(10))} lines, {'compared with' if ec else 'without'} python3-cryptography")
    return 0


if __name__ == "__main__":
    sys.exit(main())
