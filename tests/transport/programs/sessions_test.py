# SPDX-License-Identifier: Apache-2.0
"""What goes on after a login, with every peer: much data with keys exchanged meanwhile, and delegated tickets.

sessions_test.py SSH SSHD BACKEND [UNITTEST-ARGUMENT...]

Runs under `gssxx-realm run`, whose ticket is for the user who runs it.
"""
import asyncio
import os
import re
import signal
import subprocess
import sys
import unittest
from hashlib import sha256
from pathlib import Path

import asyncssh
from peers import LIMIT, PRINCIPAL, REALM, USER, Peers, until

Peers.PROGRAMS = sys.argv[1:4]
MEBIBYTE = 1 << 20
GSS_OPENSSH = ("-o", "GSSAPIKeyExchange=yes", "-o", "PreferredAuthentications=gssapi-keyex",
               "-o", "PubkeyAuthentication=no")
TICKETS = "klist && stat -c '%a:%u' ${KRB5CCNAME#FILE:} && echo $KRB5CCNAME"


class Rekeying(Peers):
    """4 MiB to a `cat` and back: what comes has the same SHA-256, and keys were exchanged anew."""

    def setUp(self):
        super().setUp()
        self.data = os.urandom(MEBIBYTE) * 4
        self.sum = sha256(self.data).hexdigest()

    def assert_same(self, run, log, most_before=2):
        self.assertEqual(run.status, 0, run.err)
        self.assertEqual((len(run.out), sha256(run.out).hexdigest()), (len(self.data), self.sum))
        self.assertGreater(len(re.findall("keys exchanged anew", log)), most_before, log)

    async def test_ours_as_a_client_begins(self):
        for port in (await self.start_ours(), await self.start_sshd()):
            run = await self.gssxx(port, "--rekey-bytes", MEBIBYTE, command="cat", data=self.data)
            self.assert_same(run, run.err)

    async def test_ours_as_a_server_begins(self):
        # So little data makes no client begin.
        port = await self.start_ours("--rekey-bytes", MEBIBYTE)
        self.assert_same(await self.gssxx(port, command="cat", data=self.data), self.log(port))
        plain = ("-o", "GSSAPIKeyExchange=no", "-o", "KexAlgorithms=curve25519-sha256",
                 "-o", "PreferredAuthentications=gssapi-with-mic")
        for options, kex in ((GSS_OPENSSH, "gss-"), (plain, "curve25519-sha256")):
            before = len(self.log(port))
            run = await self.openssh(port, *options, command="cat", data=self.data)
            self.assert_same(run, self.log(port)[before:])
            self.assertRegex(self.log(port)[before:], f"keys exchanged anew: {kex}")
        before = len(self.log(port))
        run = await self.plink(port, session=["AuthGSSAPIKEX=1"], command="cat", data=self.data)
        self.assert_same(run, self.log(port)[before:])

    async def test_openssh_server_begins(self):
        port = await self.start_sshd("RekeyLimit 1M")
        run = await self.gssxx(port, command="cat", data=self.data)
        self.assert_same(run, run.err)

    async def test_openssh_client_begins(self):
        for host_key in (True, False):
            port = await self.start_ours(host_key=host_key)
            run = await self.openssh(port, *GSS_OPENSSH, "-o", "RekeyLimit=1M", command="cat", data=self.data)
            self.assert_same(run, self.log(port))

    async def test_plink_begins(self):
        port = await self.start_ours()
        run = await self.plink(port, session=["AuthGSSAPIKEX=1", "RekeyBytes=1M"], command="cat", data=self.data)
        self.assert_same(run, self.log(port))


class Keepalive(Peers):
    """Whoever asks is answered while a command is silent; whoever does not answer is given up."""

    SILENT = "sleep 3.5; echo fine"  # whoever is not answered gives up after two seconds

    async def asyncSetUp(self):
        self.room = asyncio.Semaphore(8)

    async def test_questions_are_answered(self):
        ours, asking = await self.start_ours(), await self.start_ours("--keepalive", 1)
        sshd, sshd_asking = await self.start_sshd(), await self.start_sshd("ClientAliveInterval 1",
                                                                           "ClientAliveCountMax 1")
        asks = ("-o", "ServerAliveInterval=1", "-o", "ServerAliveCountMax=1")
        logins = {
            "ssh asks gssxx-sshd": self.openssh(ours, *GSS_OPENSSH, *asks, command=self.SILENT),
            "sshd asks gssxx-ssh": self.gssxx(sshd_asking, command=self.SILENT),
            "gssxx-ssh asks gssxx-sshd": self.gssxx(ours, "--keepalive", 1, command=self.SILENT),
            "gssxx-sshd asks gssxx-ssh": self.gssxx(asking, command=self.SILENT),
            "gssxx-ssh asks sshd": self.gssxx(sshd, "--keepalive", 1, command=self.SILENT),
            "gssxx-sshd asks ssh": self.openssh(asking, *GSS_OPENSSH, command=self.SILENT),
        }
        runs = dict(zip(logins, await asyncio.gather(*logins.values())))
        for what, run in runs.items():
            with self.subTest(what):
                self.assertEqual((run.status, run.out), (0, b"fine\n"), run.err)
        self.assertIn("client_input_global_request: rtype keepalive@openssh.com", runs["gssxx-sshd asks ssh"].err)
        self.assertIn("server_input_global_request: rtype keepalive@openssh.com", self.log(sshd))

    def stop(self, pid):
        """Nothing is heard of it any more, and its connections stay open."""
        os.kill(pid, signal.SIGSTOP)
        self.addCleanup(os.kill, pid, signal.SIGCONT)

    async def started(self, *words):
        """A client whose command runs."""
        client = await asyncio.create_subprocess_exec(
            *map(str, words), "echo begun; exec sleep 600", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
        self.addAsyncCleanup(self.end_client, client)
        self.assertEqual(await asyncio.wait_for(client.stdout.readline(), LIMIT), b"begun\n")
        return client

    @staticmethod
    async def end_client(client):
        if client.returncode is None:
            client.kill()
        await client.communicate()

    async def silent_server(self):
        port = await self.start_ours()
        client = await self.started(self.ssh, "-p", port, "--backend", self.backend, "--keepalive", 1,
                                    f"{USER}@localhost")
        self.stop(self.processes[port].pid)
        _, err = await asyncio.wait_for(client.communicate(), LIMIT)
        self.assertEqual(client.returncode, 255)
        self.assertIn("the peer does not answer any more", err.decode().splitlines()[-1])

    async def silent_client(self, program, *options):
        port = await self.start_ours("--keepalive", 1)
        self.stop((await self.started(program, "-p", port, *options, f"{USER}@localhost")).pid)
        await until(lambda: "ended by us: the peer does not answer any more" in self.log(port),
                    f"the end of the connection of {program}")

    async def test_the_silent_are_given_up(self):
        await asyncio.gather(self.silent_server(), self.silent_client(self.ssh, "--backend", self.backend),
                             self.silent_client("ssh", "-F", "none", "-o", "BatchMode=yes", *GSS_OPENSSH))


class Delegation(Peers):
    """Commands see the user's ticket, in a cache of their own that ends with the session."""

    async def assert_tickets(self, output):
        lines = output.splitlines()
        self.assertIn(f"Default principal: {PRINCIPAL}", lines)
        self.assertIn(f"krbtgt/{REALM}@{REALM}", output)
        self.assertEqual(lines[-2], f"600:{os.getuid()}")
        self.assertNotEqual(lines[-1], os.environ["KRB5CCNAME"])
        cache = Path(lines[-1].removeprefix("FILE:"))
        await until(lambda: not cache.exists(), f"the end of {cache}")

    async def test_ours(self):
        for port in (await self.start_ours("--accept-delegation"), await self.start_sshd()):
            for options in ((), ("--auth", "gssapi-with-mic", "--kex", "curve25519-sha256",
                                 "--accept-any-host-key")):
                run = await self.gssxx(port, "--delegate", *options, command=TICKETS)
                self.assertEqual(run.status, 0, run.err)
                await self.assert_tickets(run.out.decode())

    async def test_openssh_client(self):
        port = await self.start_ours("--accept-delegation")
        for options in (GSS_OPENSSH, ("-o", "PreferredAuthentications=gssapi-with-mic")):
            run = await self.openssh(port, *options, "-o", "GSSAPIDelegateCredentials=yes", command=TICKETS)
            self.assertEqual(run.status, 0, run.err)
            await self.assert_tickets(run.out.decode())

    async def test_plink(self):
        port = await self.start_ours("--accept-delegation")
        for kex in (1, 0):
            run = await self.plink(port, session=[f"AuthGSSAPIKEX={kex}", "GssapiFwd=1"], command=TICKETS)
            self.assertEqual(run.status, 0, run.err)
            await self.assert_tickets(run.out.decode())

    async def test_asyncssh_client(self):
        port = await self.start_ours("--accept-delegation")
        async with await asyncio.wait_for(asyncssh.connect(
                "localhost", port, username=USER, known_hosts=None, config=None, gss_host="localhost",
                gss_auth=True, gss_kex=False, gss_delegate_creds=True, preferred_auth="gssapi-with-mic",
                agent_path=None, client_keys=None), LIMIT) as connection:
            run = await asyncio.wait_for(connection.run(TICKETS), LIMIT)
        self.assertEqual(run.exit_status, 0, run.stderr)
        await self.assert_tickets(run.stdout)

    async def test_no_cache_where_the_client_or_the_server_does_not_want_it(self):
        wants, refuses = await self.start_ours("--accept-delegation"), await self.start_ours()
        for port, options in ((wants, ()), (refuses, ("--delegate",))):
            run = await self.gssxx(port, *options, command="klist; echo [$KRB5CCNAME]")
            self.assertEqual((run.status, run.out), (0, b"[]\n"), run.err)
            self.assertIn("klist: No credentials cache found", run.err)
        run = await self.openssh(refuses, *GSS_OPENSSH, "-o", "GSSAPIDelegateCredentials=yes",
                                 command="echo [$KRB5CCNAME]")
        self.assertEqual((run.status, run.out), (0, b"[]\n"), run.err)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]], verbosity=2)
