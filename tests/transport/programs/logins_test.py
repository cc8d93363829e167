# SPDX-License-Identifier: Apache-2.0
"""gssxx-ssh and gssxx-sshd log in to and let in each other, OpenSSH, PuTTY and AsyncSSH: the cells of cells.py.

logins_test.py SSH SSHD BACKEND all|few [UNITTEST-ARGUMENT...]

Runs under `gssxx-realm run`, whose ticket is for the user who runs it.
"""
import asyncio
import sys
import unittest

import asyncssh
from cells import (ASYNC_IN, ASYNC_OUT, CELLS, CHACHA, CTR, EVERY_GSS, KEY, KEYEX, LEGACY, MIC, OURS, PLAIN,
                   PLINK_IN, SSH_IN, SSHD_OUT)
from peers import LIMIT, PRINCIPAL, USER, Peers

Peers.PROGRAMS = sys.argv[1:4]
CELLS = [cell for cell in CELLS if sys.argv[4] == "all" or cell.few]
EVERYTHING = ("--legacy", "--kex", ",".join((*EVERY_GSS, *PLAIN)))


def openssh_options(cell, key):
    gss = cell.kex.startswith("gss-")
    options = ["-o", f"GSSAPIKeyExchange={'yes' if gss else 'no'}", "-o", f"PreferredAuthentications={cell.auth}"]
    options += ["-o", f"GSSAPIKexAlgorithms={cell.kex}-"] if gss else ["-o", f"KexAlgorithms={cell.kex}"]
    options += ["-i", key] if cell.auth == KEY else ["-o", "PubkeyAuthentication=no"]
    return options + (["-c", cell.cipher] if cell.cipher else [])


def gssxx_options(cell, key):
    options = ["--accept-any-host-key", "--kex", cell.kex, "--auth", cell.auth]
    if cell.kex in LEGACY:
        options.append("--legacy")
    if cell.auth == KEY:
        options += ["-i", key]
    return options + (["--ciphers", cell.cipher] if cell.cipher else [])


class AsyncServer(asyncssh.SSHServer):
    def validate_gss_principal(self, username, user_principal, host_principal):
        return (username, user_principal) == (USER, PRINCIPAL)


async def async_command(process):
    process.stdout.write(b"fine\n")
    process.exit(0)


class Logins(Peers):
    """One test for each peer; its cells at once, a few at a time."""

    async def each(self, peer, login):
        cells = [cell for cell in CELLS if cell.peer == peer]
        self.assertTrue(cells)
        ends = await asyncio.gather(*(login(cell) for cell in cells), return_exceptions=True)
        for cell, end in zip(cells, ends):
            with self.subTest(cell):
                if isinstance(end, BaseException):
                    raise end

    def assert_ours(self, cell, run):
        self.assertEqual((run.status, run.out), (0, b"fine\n"), run.err)
        self.assertRegex(run.err, rf"keys exchanged: {cell.kex}[-,].* strict\n" if cell.peer != ASYNC_OUT
                         else rf"keys exchanged: {cell.kex}[-,]")
        self.assertIn(f"logged in as {USER} by {cell.auth}\n", run.err)
        if cell.cipher:
            self.assertIn(f", cipher {cell.cipher} ", run.err)
        if not cell.host_key:
            self.assertIn(", host key null,", run.err)

    async def start_both(self, start, *options):
        return {True: await start(*options), False: await start(*options, host_key=False)}

    async def start_ours_for_all(self):
        return await self.start_both(self.start_ours, *EVERYTHING, "--authorized-keys", self.key("user") + ".pub")

    async def test_ours(self):
        ports = await self.start_ours_for_all()

        async def login(cell):
            self.assert_ours(cell, await self.gssxx(ports[cell.host_key], *gssxx_options(cell, self.key("user"))))
        await self.each(OURS, login)

    async def test_openssh_client(self):
        ports = await self.start_ours_for_all()

        async def login(cell):
            run = await self.openssh(ports[cell.host_key], *openssh_options(cell, self.key("user")))
            self.assertEqual((run.status, run.out), (0, b"fine\n"), run.err)
            self.assertRegex(run.err, rf"kex: algorithm: {cell.kex}(-toWM5Slw5Ew8Mqkay\+al2g==)?\r?\n")
            self.assertIn(f'using "{cell.auth}"', run.err)
            if cell.cipher:
                self.assertIn(f"kex: server->client cipher: {cell.cipher} ", run.err)
                self.assertIn(f"kex: client->server cipher: {cell.cipher} ", run.err)
            if not cell.host_key:
                self.assertIn("kex: host key algorithm: null", run.err)
        await self.each(SSH_IN, login)

    async def test_openssh_server(self):
        ports = await self.start_both(self.start_sshd)

        async def login(cell):
            run = await self.gssxx(ports[cell.host_key], *gssxx_options(cell, self.key("user")))
            if cell.host_key:
                self.assert_ours(cell, run)
            else:
                self.assertEqual((run.status, run.out), (0, b"fine\n"), run.err)
        await self.each(SSHD_OUT, login)

    async def test_openssh_server_without_host_key_and_a_cipher_that_counts(self):
        port = await self.start_sshd(host_key=False)
        for cipher in (CHACHA, CTR[0]):
            run = await self.gssxx(port, "--ciphers", cipher, "--auth", KEYEX)
            self.assertEqual((run.status, run.out), (255, b""), run.err)
            self.assertIn("; OpenSSH servers without a host key are known to restart their sequence numbers",
                          run.sentence)

    async def test_plink(self):
        async def login(cell):
            gss = cell.kex.startswith("gss-")
            # It begins its second key exchange, without GSS, when nobody showed it a host key.
            port = await self.start_ours("--legacy", "--kex", f"{cell.kex},ecdh-sha2-nistp384" if gss else cell.kex)
            run = await self.plink(port, session=[f"AuthGSSAPIKEX={int(gss)}"])
            self.assertEqual((run.status, run.out), (0, b"fine\n"), run.err)
            log = self.log(port)
            self.assertRegex(log, rf"keys exchanged: {cell.kex}[-,]")
            self.assertIn(f"{USER} has logged in by {cell.auth}\n", log)
            if gss:
                self.assertIn("keys exchanged anew: ecdh-sha2-nistp384,", log)
        await self.each(PLINK_IN, login)

    async def async_connect(self, port, cell, **options):
        gss = cell.kex.startswith("gss-")
        return await asyncio.wait_for(asyncssh.connect(
            "localhost", port, username=USER, known_hosts=None, config=None, gss_host="localhost", gss_kex=gss,
            gss_auth=cell.auth != KEY, kex_algs=[cell.kex], preferred_auth=cell.auth, agent_path=None,
            client_keys=[self.key("user")] if cell.auth == KEY else None, **options), LIMIT)

    async def test_asyncssh_client(self):
        # It must be shown the host key in the key exchange.
        port = await self.start_ours(*EVERYTHING, "--send-host-key-message",
                                     "--authorized-keys", self.key("user") + ".pub")
        self.key("user")

        async def login(cell):
            async with self.room, await self.async_connect(port, cell) as connection:
                run = await asyncio.wait_for(connection.run("echo fine"), LIMIT)
            self.assertEqual((run.exit_status, run.stdout), (0, "fine\n"))
            self.assertRegex(self.log(port), rf"keys exchanged: {cell.kex}[-,]")
        await self.each(ASYNC_IN, login)
        for auth in {cell.auth for cell in CELLS if cell.peer == ASYNC_IN}:
            self.assertIn(f"{USER} has logged in by {auth}\n", self.log(port))

    async def start_asyncssh(self):
        listener = await asyncssh.create_server(
            AsyncServer, "127.0.0.1", 0, server_host_keys=[self.key()], gss_host="localhost", gss_kex=True,
            gss_auth=True, process_factory=async_command, encoding=None,
            authorized_client_keys=self.key("user") + ".pub", kex_algs=[*EVERY_GSS, *PLAIN])
        self.addCleanup(listener.close)
        return listener.sockets[0].getsockname()[1]

    async def test_asyncssh_server(self):
        port = await self.start_asyncssh()

        async def login(cell):
            self.assert_ours(cell, await self.gssxx(port, *gssxx_options(cell, self.key("user"))))
        await self.each(ASYNC_OUT, login)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[5:]], verbosity=2)
