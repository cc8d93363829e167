# SPDX-License-Identifier: Apache-2.0
"""Logins that must fail, and the sentence that the user sees.

refusals_test.py SSH SSHD BACKEND [UNITTEST-ARGUMENT...]

Runs under `gssxx-realm run`, whose ticket is for the user who runs it.
"""
import asyncio
import os
import struct
import subprocess
import sys
import unittest
from pathlib import Path

from peers import PRINCIPAL, REALM, USER, Peers

Peers.PROGRAMS = sys.argv[1:4]
GSS_OPENSSH = ("-o", "GSSAPIKeyExchange=yes", "-o", "PreferredAuthentications=gssapi-keyex,gssapi-with-mic",
               "-o", "PubkeyAuthentication=no")
MIC = ("--kex", "curve25519-sha256", "--auth", "gssapi-with-mic", "--accept-any-host-key")


def other_keys(keytab):
    """The octets of a keytab with the same names, and keys that nobody has."""
    octets = bytearray(keytab)
    at = 2
    while at + 4 <= len(octets):
        size, = struct.unpack_from(">i", octets, at)
        at += 4
        if size < 0:
            at -= size
            continue
        place = at + 2
        parts, = struct.unpack_from(">H", octets, at)
        for _ in range(parts + 1):
            length, = struct.unpack_from(">H", octets, place)
            place += 2 + length
        place += 4 + 4 + 1 + 2
        length, = struct.unpack_from(">H", octets, place)
        for index in range(place + 2, place + 2 + length):
            octets[index] ^= 0xff
        at += size
    return bytes(octets)


class Refusals(Peers):
    def assert_refused(self, run, *words):
        self.assertEqual((run.status, run.out), (255, b""), run.err)
        for word in words:
            self.assertIn(word, run.sentence)

    async def both(self, port, *words, env=None, options=()):
        """gssxx-ssh fails with a sentence, by the key exchange and by gssapi-with-mic."""
        for method in (("--auth", "gssapi-keyex"), MIC):
            with self.subTest(method=method):
                self.assert_refused(await self.gssxx(port, *method, *options, env=env), *words)

    async def test_no_ticket(self):
        for port in (await self.start_ours(), await self.start_sshd()):
            await self.both(port, "the credential cache does not exist", env=self.no_ticket())
        port = await self.start_ours()
        run = await self.openssh(port, *GSS_OPENSSH, env=self.no_ticket())
        self.assert_refused(run)
        self.assertIn("No Kerberos credentials available", run.err)

    async def test_expired_ticket(self):
        cache = f"FILE:{self.folder}/expired"
        subprocess.run(["kinit", "-l", "1s", "-k", "-t", os.environ["KRB5_CLIENT_KTNAME"], "-c", cache, PRINCIPAL],
                       check=True)
        port = await self.start_ours()
        await asyncio.sleep(2.1)
        env = {**self.no_ticket(), "KRB5CCNAME": cache}
        await self.both(port, "expired", env=env)

    async def test_wrong_keytab(self):
        keytab = self.folder / "other.keytab"
        keytab.write_bytes(other_keys(Path(os.environ["KRB5_KTNAME"].removeprefix("FILE:")).read_bytes()))
        port = await self.start_ours("--keytab", f"FILE:{keytab}")
        # What is wrong with the server is in its log, not told to everybody.
        await self.both(port, "the server", "failure")
        run = await self.openssh(port, *GSS_OPENSSH)
        self.assert_refused(run)
        self.assertEqual(self.log(port).count("gss_accept_sec_context"), 3, self.log(port))

    async def test_wrong_host_name(self):
        for port in (await self.start_ours(), await self.start_sshd()):
            await self.both(port, "host@nowhere.test.example", "service_unknown",
                            options=["--gss-host", "nowhere.test.example"])

    async def test_wrong_user(self):
        for port in (await self.start_ours(), await self.start_sshd()):
            run = await self.gssxx(port, user="nobody")
            self.assert_refused(run, "log in (nobody)", "gssapi-keyex: the server refused", "the server offers")
        run = await self.openssh(await self.start_ours(), *GSS_OPENSSH, user="nobody")
        self.assert_refused(run, "Permission denied (gssapi-keyex,gssapi-with-mic)")

    async def test_a_principal_who_may_not(self):
        port = await self.start_ours(allow=f"somebody@{REALM}")
        self.assert_refused(await self.gssxx(port), f"log in ({USER})", "gssapi-keyex: the server refused")
        self.assertIn(f"{USER} has failed to log in by gssapi-keyex: not authorized", self.log(port))
        self.assert_refused(await self.openssh(port, *GSS_OPENSSH), "Permission denied")
        run = await self.plink(port, session=["AuthGSSAPIKEX=1"])
        self.assertEqual((run.status, run.out), (1, b""))
        self.assertIn("No supported authentication methods", run.err)

    async def test_unknown_and_changed_host_key(self):
        known = self.folder / "known"
        for port in (await self.start_ours(), await self.start_sshd()):
            options = ("--kex", "curve25519-sha256", "--auth", "gssapi-with-mic", "--known-hosts", known)
            public = Path(self.key() + ".pub").read_text()
            other = Path(self.key("other") + ".pub").read_text()
            known.write_text("")
            self.assert_refused(await self.gssxx(port, *options), self.fingerprint(), "is not known")
            known.write_text(f"[localhost]:{port} {other}")
            self.assert_refused(await self.gssxx(port, *options), self.fingerprint(), "it has changed")
            known.write_text(f"[localhost]:{port} {public}")
            run = await self.gssxx(port, *options)
            self.assertEqual((run.status, run.out), (0, b"fine\n"), run.err)
            # RFC 4462 s2.1: a good GSS key exchange vouches for the host.
            known.write_text(f"[localhost]:{port} {other}")
            run = await self.gssxx(port, "--kex", "gss-curve25519-sha256", "--known-hosts", known)
            self.assertEqual((run.status, run.out), (0, b"fine\n"), run.err)

    async def test_no_common_algorithm(self):
        port = await self.start_ours("--kex", "gss-curve25519-sha256", "--ciphers", "aes256-gcm@openssh.com")
        self.assert_refused(await self.gssxx(port, "--kex", "gss-nistp256-sha256"), "no common key exchange")
        self.assert_refused(await self.gssxx(port, "--ciphers", "aes128-ctr"), "no common cipher")


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]], verbosity=2)
