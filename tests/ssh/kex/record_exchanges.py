#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Known answers from real exchanges: what two others said to each other, and what they computed.

gssxx-realm run --principal "$(id -un)" -- /usr/bin/python3 -W ignore \\
    tests/ssh/kex/record_exchanges.py > tests/ssh/kex/real_exchanges.txt

A client of AsyncSSH logs in to Debian's sshd, and for the methods that sshd has not got to a server of
AsyncSSH: with a host key and without one. Nothing of ours takes part but the realm. A login is proof that
both sides had the same H and keys: the MIC was right, and so was each encrypted packet. The format is that
of known_answers.txt, except that each block has its own V_C, V_S, I_C and I_S. Each run finds other keys.

Needs Debian's packages openssh-server, python3-asyncssh and python3-gssapi. AsyncSSH does not publish the
numbers of an exchange: they are taken from its inside, as it is in version 2.10.
"""
import asyncio
import os
import pwd
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import asyncssh
from asyncssh import kex_dh
from asyncssh.packet import MPInt

USER = pwd.getpwuid(os.getuid()).pw_name
SSHD_HAS = ["curve25519-sha256", "nistp256-sha256", "group14-sha256", "group16-sha512", "group14-sha1"]
ASYNCSSH_HAS = ["nistp384-sha384", "nistp521-sha512", "curve448-sha512", "group15-sha512"]
KEY_SIZE = 64  # the longest that a cipher or MAC of SSH takes
PREFIX = 4     # the length in front of a string or an mpint (RFC 4251 s5)


def record(family, kex, host_key, k, digest):
    def public_key(encoded):
        key = encoded[PREFIX:]
        # That of a group is an mpint, which may begin with an octet for its sign.
        return key if isinstance(kex, kex_dh._KexECDH) else key.lstrip(b"\0")

    conn = kex._conn
    print("family", f"gss-{family}-")
    print("shape real")
    for name, octets in (("V_C", conn._client_version), ("V_S", conn._server_version),
                         ("I_C", conn._client_kexinit), ("I_S", conn._server_kexinit)):
        print(name, octets.hex())
    print("host_key", host_key.hex() or "none")
    print("client", public_key(kex._format_client_key()).hex())
    print("server", public_key(kex._format_server_key()).hex())
    print("magnitude", MPInt(k)[PREFIX:].lstrip(b"\0").hex())
    print("K", MPInt(k).hex())
    print("H", digest.hex())
    print("session_id", digest.hex())  # that of the first exchange
    for letter in "ABCDEF":
        print(letter, kex.compute_key(k, digest, letter.encode(), digest, KEY_SIZE).hex())
    print("end")


class Recorder:
    """While it is entered, what a client of AsyncSSH computes is written down."""

    def __init__(self, family):
        self.family = family

    def __enter__(self):
        self.compute = compute = kex_dh._KexDHBase._compute_hash

        def compute_and_record(kex, host_key, k):
            digest = compute(kex, host_key, k)
            if kex._conn.is_client():
                record(self.family, kex, host_key, k, digest)
            return digest

        kex_dh._KexDHBase._compute_hash = compute_and_record

    def __exit__(self, *_):
        kex_dh._KexDHBase._compute_hash = self.compute


class AnyServer(asyncssh.SSHServer):
    def validate_gss_principal(self, username, user_principal, host_principal):
        return True


def start_sshd(folder):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    key = folder / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    config = folder / "config"
    config.write_text("\n".join((
        f"Port {port}", "ListenAddress 127.0.0.1", f"HostKey {key}", f"PidFile {folder}/pid", "UsePAM no",
        "StrictModes no", "PermitRootLogin yes", "GSSAPIAuthentication yes", "GSSAPIKeyExchange yes",
        "GSSAPIStrictAcceptorCheck no",
        "GSSAPIKexAlgorithms " + ",".join(f"gss-{name}-" for name in SSHD_HAS), "")))
    return port, subprocess.Popen(["/usr/sbin/sshd", "-D", "-f", config, "-E", folder / "log"])


def wait_until_it_listens(port):
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError("sshd does not listen")


async def log_in(port, family):
    with Recorder(family):
        async with asyncssh.connect(
                "localhost", port, username=USER, known_hosts=None, gss_host="localhost", gss_kex=True,
                gss_auth=True, preferred_auth="gssapi-keyex", client_keys=None, config=None,
                kex_algs=[f"gss-{family}"]):
            pass


async def main():
    print("# Made by record_exchanges.py; see there.")
    with tempfile.TemporaryDirectory() as name:
        port, sshd = start_sshd(Path(name))
        try:
            wait_until_it_listens(port)
            for family in SSHD_HAS:
                await log_in(port, family)
        finally:
            sshd.terminate()
            sshd.wait()
    for host_keys in ([], [asyncssh.generate_private_key("ssh-ed25519")]):
        server = await asyncssh.create_server(AnyServer, "127.0.0.1", 0, server_host_keys=host_keys,
                                              gss_host="localhost", gss_kex=True, gss_auth=True,
                                              kex_algs=[f"gss-{family}" for family in ASYNCSSH_HAS])
        for family in ASYNCSSH_HAS:
            await log_in(server.sockets[0].getsockname()[1], family)
        server.close()


if __name__ == "__main__":
    asyncio.run(main())
