# SPDX-License-Identifier: Apache-2.0
"""What the programs log in with, to whom: each cell is one login that logins_test.py makes, and one row of
docs/interop.md (tools/interop)."""
from typing import NamedTuple

OURS = "gssxx-ssh to gssxx-sshd"
SSH_IN = "OpenSSH's ssh to gssxx-sshd"
SSHD_OUT = "gssxx-ssh to OpenSSH's sshd"
PLINK_IN = "PuTTY's plink to gssxx-sshd"
ASYNC_IN = "AsyncSSH to gssxx-sshd"
ASYNC_OUT = "gssxx-ssh to AsyncSSH"
PEERS = (OURS, SSH_IN, SSHD_OUT, PLINK_IN, ASYNC_IN, ASYNC_OUT)

KEYEX, MIC, KEY = "gssapi-keyex", "gssapi-with-mic", "publickey"
CHACHA = "chacha20-poly1305@openssh.com"
GCM = ("aes256-gcm@openssh.com", "aes128-gcm@openssh.com")
CTR = ("aes256-ctr", "aes192-ctr", "aes128-ctr")
CIPHERS = (CHACHA, *GCM, *CTR)

ECDH = ("gss-curve25519-sha256", "gss-nistp256-sha256", "gss-nistp384-sha384", "gss-nistp521-sha512")
CURVE448 = "gss-curve448-sha512"
GROUPS = tuple(f"gss-group{n}" for n in ("14-sha256", "15-sha512", "16-sha512", "17-sha512", "18-sha512"))
LEGACY = ("gss-gex-sha1", "gss-group14-sha1", "gss-group1-sha1")
EVERY_GSS = (*ECDH, CURVE448, *GROUPS, *LEGACY)
# OpenSSH with the patch of Debian.
OPENSSH_GSS = ("gss-curve25519-sha256", "gss-nistp256-sha256", "gss-group14-sha256", "gss-group16-sha512", *LEGACY)
PLAIN = ("curve25519-sha256", "ecdh-sha2-nistp256", "ecdh-sha2-nistp384", "ecdh-sha2-nistp521",
         "diffie-hellman-group14-sha256", "diffie-hellman-group16-sha512")
# What a realm of the other kind is tried with: the engines do not know who made the tickets.
FEW = ("gss-curve25519-sha256", "gss-nistp384-sha384", "gss-group14-sha256", "curve25519-sha256")


# Theirs is MIT's library, in whatever realm they are: each of their methods is tried with tickets of both.
EVERYTHING_EVERYWHERE = (PLINK_IN,)


class Cell(NamedTuple):
    peer: str
    kex: str
    auth: str
    cipher: str = ""  # empty: what the two prefer
    host_key: bool = True

    @property
    def few(self):
        """It runs in a Heimdal realm, too."""
        return (self.kex in FEW or self.peer in EVERYTHING_EVERYWHERE) and not self.cipher


def _cells():
    for peer, families in ((OURS, EVERY_GSS), (SSH_IN, OPENSSH_GSS), (SSHD_OUT, OPENSSH_GSS),
                           (PLINK_IN, tuple(name for name in EVERY_GSS if name != CURVE448)),
                           (ASYNC_IN, EVERY_GSS), (ASYNC_OUT, EVERY_GSS)):
        for kex in families:
            yield Cell(peer, kex, KEYEX)
        # plink takes gssapi-keyex where it can; AsyncSSH's server goes on with the context of its key exchange.
        if peer not in (PLINK_IN, ASYNC_OUT):
            yield Cell(peer, families[0], MIC)
    for peer in (OURS, SSH_IN, SSHD_OUT):
        for kex in PLAIN:
            yield Cell(peer, kex, MIC)
        yield Cell(peer, "curve25519-sha256", KEY)
        for cipher in CIPHERS:
            yield Cell(peer, "gss-curve25519-sha256", KEYEX, cipher)
    for peer in (PLINK_IN, ASYNC_IN, ASYNC_OUT):
        yield Cell(peer, "curve25519-sha256", MIC)
    for peer in (ASYNC_IN, ASYNC_OUT):
        yield Cell(peer, "curve25519-sha256", KEY)
    # No host key at all (RFC 4462 s5). OpenSSH's sshd resets sequence numbers on one side then, which only
    # the ciphers survive that do not count with them.
    for peer, ciphers in ((OURS, CIPHERS), (SSH_IN, CIPHERS), (SSHD_OUT, GCM)):
        for cipher in ciphers:
            yield Cell(peer, "gss-curve25519-sha256", KEYEX, cipher, host_key=False)


CELLS = tuple(_cells())
