# SPDX-License-Identifier: Apache-2.0
"""gssxx inside an SSH stack that is not ours: AsyncSSH, with Debian's ssh and sshd at the other end.

asyncssh_test.py PROGRAM BACKEND EXAMPLES [UNITTEST-ARGUMENT...]

Runs under `gssxx-realm run`, whose ticket is for the user who runs it.
"""
import asyncio
import os
import pwd
import socket
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAM, BACKEND, EXAMPLES = sys.argv[1:4]
sys.path.insert(0, EXAMPLES)
import asyncssh  # noqa: E402
import gssxx_pipe  # noqa: E402

REALM = os.environ["GSSXX_REALM"]
USER = pwd.getpwuid(os.getuid()).pw_name
PRINCIPAL = f"{USER}@{REALM}"
LIMIT = 30
SSHD_KEX = ["curve25519-sha256", "nistp256-sha256", "group14-sha256", "group16-sha512"]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


async def until(condition, what):
    for _ in range(LIMIT * 20):
        if condition():
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"waited too long for {what}")


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Folder(unittest.IsolatedAsyncioTestCase):
    def setUp(self):
        self._folder = tempfile.TemporaryDirectory(prefix="gssxx-asyncssh-")
        self.folder = Path(self._folder.name)
        self.addCleanup(self._folder.cleanup)


class Server(Folder):
    """AsyncSSH's server decides with gssxx; Debian's ssh logs in."""

    async def start(self, *allow, host_key, kex=None):
        gssxx_pipe.install(PROGRAM, server=["--backend", BACKEND, *allow])
        self.sessions = []

        async def session(process):
            self.sessions.append(process.get_extra_info("username"))
            process.stdout.write(f"hello {process.get_extra_info('username')}\n")
            process.exit(0)

        options = {"kex_algs": kex} if kex else {}
        keys = [asyncssh.generate_private_key("ssh-ed25519")] if host_key else []
        listener = await asyncssh.create_server(
            gssxx_pipe.PipeServer, "127.0.0.1", 0, server_host_keys=keys, gss_host="localhost",
            gss_kex=not host_key, gss_auth=True, process_factory=session, **options)
        self.addCleanup(listener.close)
        return listener.sockets[0].getsockname()[1]

    async def ssh(self, port, *options):
        program = await asyncio.create_subprocess_exec(
            "ssh", "-F", "none", "-v", "-p", str(port), "-o", "BatchMode=yes", "-o", "GSSAPIAuthentication=yes",
            "-o", "StrictHostKeyChecking=no", "-o", f"UserKnownHostsFile={self.folder}/known_hosts",
            "-o", "PubkeyAuthentication=no", "-o", "IdentityFile=none", *options,
            f"{USER}@localhost", "whoever",
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            out, err = await asyncio.wait_for(program.communicate(), LIMIT)
        finally:
            if program.returncode is None:
                program.kill()
                await program.wait()
        return program.returncode, out.decode(), err.decode(errors="replace")

    async def test_with_mic(self):
        port = await self.start("--allow", f"{USER}={PRINCIPAL}", host_key=True)
        status, out, err = await self.ssh(port, "-o", "GSSAPIKeyExchange=no",
                                          "-o", "PreferredAuthentications=gssapi-with-mic")
        self.assertEqual((status, out), (0, f"hello {USER}\n"), err)
        self.assertIn('using "gssapi-with-mic"', err)

    async def test_every_gss_key_exchange_that_both_have_and_keyex(self):
        for name in SSHD_KEX:
            with self.subTest(name):
                port = await self.start("--allow", f"{USER}={PRINCIPAL}", host_key=False,
                                        kex=[f"gss-{name}"])
                status, out, err = await self.ssh(port, "-o", "GSSAPIKeyExchange=yes",
                                                  "-o", "PreferredAuthentications=gssapi-keyex")
                self.assertEqual((status, out), (0, f"hello {USER}\n"), err)
                self.assertIn(f"kex: algorithm: gss-{name}-toWM5Slw5Ew8Mqkay+al2g==", err)
                self.assertIn('using "gssapi-keyex"', err)

    async def test_sec_A1_05_another_principal_is_refused_by_both_methods(self):
        for host_key, method in ((True, "gssapi-with-mic"), (False, "gssapi-keyex")):
            for allow in ((), ("--allow", f"{USER}=somebody@{REALM}"),
                          ("--allow", f"somebody={PRINCIPAL}"), ("--allow-realm", f"OTHER.{REALM}")):
                with self.subTest(method=method, allow=allow):
                    port = await self.start(*allow, host_key=host_key)
                    status, _, err = await self.ssh(
                        port, "-o", f"GSSAPIKeyExchange={'no' if host_key else 'yes'}",
                        "-o", f"PreferredAuthentications={method}")
                    self.assertEqual(status, 255, err)
                    self.assertIn("Permission denied", err)
                    self.assertEqual(self.sessions, [])

    async def test_without_a_ticket_nobody_gets_in(self):
        port = await self.start("--allow", f"{USER}={PRINCIPAL}", host_key=True)
        before = {name: os.environ[name] for name in ("KRB5CCNAME", "KRB5_CLIENT_KTNAME")}
        os.environ.update({name: f"FILE:{self.folder}/none" for name in before})
        try:
            status, _, err = await self.ssh(port, "-o", "GSSAPIKeyExchange=no",
                                            "-o", "PreferredAuthentications=gssapi-with-mic")
        finally:
            os.environ.update(before)
        self.assertEqual(status, 255, err)
        self.assertEqual(self.sessions, [])


class Client(Folder):
    """AsyncSSH's client uses gssxx; Debian's sshd lets it in."""

    async def start(self, *options):
        """sshd as a child; its port."""
        port = free_port()
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        key = folder / "hostkey"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
        # sshd run by root wants its folder; by anybody else it serves that user.
        if os.getuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        config = folder / "sshd_config"
        config.write_text("\n".join((
            f"Port {port}", "ListenAddress 127.0.0.1", f"HostKey {key}", f"PidFile {folder}/sshd.pid",
            "UsePAM no", "StrictModes no", "PasswordAuthentication no", "PubkeyAuthentication no",
            "KbdInteractiveAuthentication no", "PermitRootLogin yes", "GSSAPIAuthentication yes",
            "GSSAPIKeyExchange yes", "GSSAPIStrictAcceptorCheck no",
            "GSSAPIKexAlgorithms " + ",".join(f"gss-{name}-" for name in SSHD_KEX),
            "LogLevel DEBUG1", *options, "")))
        self.log = folder / "log"
        sshd = subprocess.Popen(["/usr/sbin/sshd", "-D", "-f", config, "-E", self.log],
                                stdin=subprocess.DEVNULL)
        self.addCleanup(sshd.wait)
        self.addCleanup(sshd.terminate)
        await until(lambda: listens(port) or sshd.poll() is not None, "sshd")
        self.assertIsNone(sshd.poll(), self.log.read_text() if self.log.exists() else "sshd ended")
        return port

    async def login(self, port, method, gss_kex, kex=None, user=USER):
        gssxx_pipe.install(PROGRAM, client=["--backend", BACKEND])
        options = {"kex_algs": kex} if kex else {}
        connection = await asyncio.wait_for(asyncssh.connect(
            "localhost", port, username=user, known_hosts=None, gss_host="localhost", gss_kex=gss_kex,
            gss_auth=True, preferred_auth=method, client_keys=None, config=None, **options), LIMIT)
        async with connection:
            return (await asyncio.wait_for(connection.run("echo hello"), LIMIT)).stdout

    async def test_with_mic(self):
        port = await self.start()
        self.assertEqual(await self.login(port, "gssapi-with-mic", False), "hello\n")
        self.assertIn(f"Accepted gssapi-with-mic for {USER}", self.log.read_text())

    async def test_every_gss_key_exchange_that_both_have_and_keyex(self):
        for name in SSHD_KEX:
            with self.subTest(name):
                port = await self.start()
                self.assertEqual(await self.login(port, "gssapi-keyex", True, [f"gss-{name}"]), "hello\n")
                self.assertIn(f"Accepted gssapi-keyex for {USER}", self.log.read_text())
                self.assertIn(f"kex: algorithm: gss-{name}-", self.log.read_text())

    async def test_another_account_is_refused(self):
        port = await self.start()
        for method, gss_kex in (("gssapi-with-mic", False), ("gssapi-keyex", True)):
            with self.assertRaises(asyncssh.PermissionDenied):
                await self.login(port, method, gss_kex, user="nobody")


# A program that says no to everything, in the words of a principal who would rather hear yes.
LIAR = """#!/usr/bin/python3
import sys
NAME = b"mallory\\rok yes\\rok yes@\\xff\\x85ELSEWHERE"
for line in sys.stdin.buffer:
    answer = {b"mechs": b"ok", b"peer": b"ok " + NAME.hex().encode()}.get(line.split()[0], b"no " + NAME)
    sys.stdout.buffer.write(answer + b"\\n")
    sys.stdout.buffer.flush()
"""


class Pipe(Folder):
    async def test_sec_A1_06_a_name_cannot_answer_the_question_after_its_own(self):
        program = self.folder / "liar"
        program.write_text(LIAR)
        program.chmod(0o700)
        gss = gssxx_pipe.PipeGSS([program])
        self.addCleanup(gss.close)
        for _ in range(3):
            self.assertFalse(gss.verify(b"data", b"mic"))
            self.assertIn("mallory", gss.user)
            self.assertFalse(gss.authorize("mallory"))
            self.assertFalse(gss.authorize("root"))


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]], verbosity=2)
