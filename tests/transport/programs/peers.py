# SPDX-License-Identifier: Apache-2.0
"""Starts gssxx-sshd and the servers of others, and runs clients, for the tests beside this file."""
import asyncio
import base64
import hashlib
import os
import pwd
import socket
import subprocess
import tempfile
import unittest
from pathlib import Path

REALM = os.environ["GSSXX_REALM"]
USER = pwd.getpwuid(os.getuid()).pw_name
PRINCIPAL = f"{USER}@{REALM}"
LIMIT = 60
AT_ONCE = 3


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


async def until(condition, what):
    for _ in range(LIMIT * 20):
        if condition():
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"waited too long for {what}")


class Ended:
    """A client that has ended."""

    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err.decode(errors="replace")

    @property
    def sentence(self):
        return self.err.splitlines()[-1] if self.err else ""


class Peers(unittest.IsolatedAsyncioTestCase):
    """A folder, programs and servers that go with the test. PROGRAMS is (gssxx-ssh, gssxx-sshd, backend)."""

    PROGRAMS = ()

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="gssxx-peers-")
        self.folder = Path(folder.name)
        self.addCleanup(folder.cleanup)
        self.ssh, self.sshd, self.backend = self.PROGRAMS
        self.logs = {}  # by port
        self.processes = {}  # of ours, by port
        self.servers = 0

    async def asyncSetUp(self):
        self.room = asyncio.Semaphore(AT_ONCE)

    def key(self, name="host_key"):
        path = self.folder / name
        if not path.exists():
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", path], check=True)
        return str(path)

    def fingerprint(self, name="host_key"):
        blob = base64.b64decode(Path(self.key(name) + ".pub").read_text().split()[1])
        return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")

    def no_ticket(self):
        return {name: f"FILE:{self.folder}/none" for name in ("KRB5CCNAME", "KRB5_CLIENT_KTNAME")}

    async def run_client(self, *words, data=b"", env=None):
        async with self.room:
            program = await asyncio.create_subprocess_exec(
                *map(str, words), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                env={**os.environ, **(env or {})})
            try:
                out, err = await asyncio.wait_for(program.communicate(data), LIMIT)
            finally:
                if program.returncode is None:
                    program.kill()
                    await program.wait()
        return Ended(program.returncode, out, err)

    def _start(self, words, log, env=None):
        with open(log, "wb") as file:
            server = subprocess.Popen(list(map(str, words)), stdin=subprocess.DEVNULL, stdout=file, stderr=file,
                                      env={**os.environ, **(env or {})})
        self.addCleanup(self._end, server)
        return server

    @staticmethod
    def _end(server):
        server.terminate()
        try:
            server.wait(LIMIT)
        finally:
            server.kill()
            server.wait()

    async def start_ours(self, *options, host_key=True, allow=PRINCIPAL):
        """gssxx-sshd; its port."""
        self.servers += 1
        port_file, log = (self.folder / f"{name}{self.servers}" for name in ("port", "log"))
        server = self._start(
            [self.sshd, "--listen", "127.0.0.1:0", "--port-file", port_file, "--backend", self.backend,
             "--acceptor", "host@localhost", "-v", "--allow", f"{allow}={USER}",
             *(["--host-key", self.key()] if host_key else ["--no-host-key"]), *options], log)
        await until(lambda: port_file.exists() or server.poll() is not None, "gssxx-sshd")
        self.assertTrue(port_file.exists(), log.read_text())
        port = int(port_file.read_text())
        self.logs[port] = log
        self.processes[port] = server
        return port

    async def start_sshd(self, *lines, host_key=True):
        """Debian's sshd; its port."""
        self.servers += 1
        port = free_port()
        if os.getuid() == 0:  # by anybody else it serves that user
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        config, log = (self.folder / f"{name}{self.servers}" for name in ("sshd_config", "log"))
        config.write_text("\n".join((
            *lines, f"Port {port}", "ListenAddress 127.0.0.1", f"PidFile {config}.pid",
            f"HostKey {self.key() if host_key else 'none'}", f"AuthorizedKeysFile {self.key('user')}.pub",
            "UsePAM no", "StrictModes no", "PasswordAuthentication no", "KbdInteractiveAuthentication no",
            "PermitRootLogin yes", "GSSAPIAuthentication yes", "GSSAPIKeyExchange yes",
            "GSSAPIStrictAcceptorCheck no", "LogLevel DEBUG1", "MaxStartups 100", "GSSAPIKexAlgorithms "
            "gss-curve25519-sha256-,gss-nistp256-sha256-,gss-group14-sha256-,gss-group16-sha512-,"
            "gss-gex-sha1-,gss-group14-sha1-,gss-group1-sha1-", "")))
        server = self._start(["/usr/sbin/sshd", "-D", "-f", config, "-E", log], f"{log}.out")
        await until(lambda: listens(port) or server.poll() is not None, "sshd")
        self.assertIsNone(server.poll(), log.read_text() if log.exists() else "sshd ended")
        self.logs[port] = log
        return port

    def log(self, port):
        return self.logs[port].read_text(errors="replace")

    async def gssxx(self, port, *options, command="echo fine", data=b"", env=None, user=USER):
        return await self.run_client(self.ssh, "-p", port, "--backend", self.backend, "-v", *options,
                                     f"{user}@localhost", command, data=data, env=env)

    async def openssh(self, port, *options, command="echo fine", data=b"", env=None, user=USER):
        return await self.run_client(
            "ssh", "-F", "none", "-v", "-p", port, "-o", "BatchMode=yes", "-o", "GSSAPIAuthentication=yes",
            "-o", "StrictHostKeyChecking=no", "-o", f"UserKnownHostsFile={self.folder}/known_hosts",
            "-o", "IdentityAgent=none", *options, f"{user}@localhost", command, data=data, env=env)

    async def plink(self, port, *options, session=(), command="echo fine", data=b""):
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        (folder / "sessions").mkdir()
        (folder / "sessions/gss").write_text("\n".join((
            "HostName=localhost", f"PortNumber={port}", "Protocol=ssh", f"UserName={USER}", "AuthGSSAPI=1",
            "GSSLibs=libgssapi_krb5,libgssapi,libgss,custom", "TryAgent=0", *session, "")))
        return await self.run_client("plink", "-v", "-batch", "-load", "gss", "-hostkey", self.fingerprint(),
                                     *options, command, data=data, env={"PUTTYDIR": str(folder)})
