# SPDX-License-Identifier: Apache-2.0
"""Measures the transport against others on the same machine, side by side.

transport.py ROW PEER SSH SSHD [--quick]

PEER, SSH and SSHD are gssxx_transport_peer, gssxx-ssh and gssxx-sshd. Prints two numbers: ours, and
the other's or 0. Runs under `gssxx-realm run`, as gssxx_bench does, which calls it.
"""
import os
import pwd
import re
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

ROW, PEER, SSH, SSHD = sys.argv[1:5]
QUICK = "--quick" in sys.argv
ASYNCSSH = ["/usr/bin/python3", "-W", "ignore", str(Path(__file__).with_name("transport_asyncssh.py"))]
USER = pwd.getpwuid(os.getuid()).pw_name
LIMIT = 60
HALF_OPEN = 2000
MIB = 1 << 20


def median(values):
    return statistics.median(values)


class Talker:
    """A program that we write lines to, and that answers with lines. Ends with its input."""

    def __init__(self, *command):
        self.program = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.first = self.line()

    def line(self):
        line = self.program.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.program.args} has ended: {self.program.wait(LIMIT)}")
        return line.strip()

    def ask(self, text):
        self.program.stdin.write(text + "\n")
        self.program.stdin.flush()
        return self.line()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.program.stdin.close()
        self.program.stdout.close()
        try:
            self.program.wait(LIMIT)
        except subprocess.TimeoutExpired:
            self.program.kill()
            self.program.wait()


@contextmanager
def pair(*command):
    """A server and a client that is ready to log in to it."""
    with Talker(*command, "serve") as server, Talker(*command, "login", server.first) as client:
        yield server, client


def logins(at_once):
    """Logins in a second."""
    rounds = 3 if QUICK else 7
    ours, theirs = [], []
    with pair(PEER) as (_, our_client), pair(*ASYNCSSH) as (_, their_client):
        for _ in range(rounds):
            for rates, client, count in ((ours, our_client, 400), (theirs, their_client, 60)):
                rates.append(count / float(client.ask(f"{at_once} {count}")))
    return median(ours), median(theirs)


def process():
    """Nanoseconds that a process adds to a login, and that fork and exec take alone."""
    with Talker(PEER, "serve") as server:
        done = subprocess.run([PEER, "process", server.first, "5" if QUICK else "25"], check=True,
                              stdout=subprocess.PIPE, text=True)
    return tuple(float(number) * 1e9 for number in done.stdout.split())


# Bulk ---------------------------------------------------------------------------------------------

def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(condition, what):
    end = time.monotonic() + LIMIT
    while not condition():
        if time.monotonic() > end:
            raise RuntimeError(f"waited too long for {what}")
        time.sleep(0.02)


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def running(*command, **options):
    program = subprocess.Popen(command, stdin=subprocess.DEVNULL, **options)
    try:
        yield program
    finally:
        program.terminate()
        try:
            program.wait(LIMIT)
        except subprocess.TimeoutExpired:
            program.kill()
            program.wait()


@contextmanager
def our_server(folder):
    file = folder / "port"
    with open(folder / "ours.log", "w") as log, running(
            SSHD, "--listen", "127.0.0.1:0", "--port-file", str(file), "--host-key", f"{folder}/host",
            "--authorized-keys", f"{folder}/user.pub", stdout=log, stderr=log):
        wait_for(file.exists, "gssxx-sshd")
        yield int(file.read_text())


@contextmanager
def their_server(folder):
    port = free_port()
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    config = folder / "sshd_config"
    config.write_text(f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nPidFile none\n"
                      "UsePAM no\nStrictModes no\nPasswordAuthentication no\nPermitRootLogin yes\n"
                      f"AuthorizedKeysFile {folder}/user.pub\nPubkeyAuthentication yes\n"
                      "Ciphers aes256-gcm@openssh.com,chacha20-poly1305@openssh.com\n")
    with open(folder / "theirs.log", "w") as log, running(
            shutil.which("sshd", path="/usr/sbin:/usr/bin"), "-D", "-e", "-f", str(config), stdout=log, stderr=log):
        wait_for(lambda: listens(port), "sshd")
        yield port


def transfer(command, direction, octets):
    """Octets in a second, login included."""
    begun = time.perf_counter()
    if direction == "down":
        done = subprocess.run([*command, f"head -c {octets} /dev/zero"], stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, timeout=10 * LIMIT)
    else:
        source = subprocess.Popen(["head", "-c", str(octets), "/dev/zero"], stdout=subprocess.PIPE)
        done = subprocess.run([*command, "cat > /dev/null"], stdin=source.stdout, timeout=10 * LIMIT)
        source.stdout.close()
        source.wait(LIMIT)
    if done.returncode != 0:
        raise RuntimeError(f"{command} has ended with {done.returncode}")
    return octets / (time.perf_counter() - begun)


def bulk(cipher, direction):
    """MiB in a second."""
    rounds, octets = (3, 256 * MIB) if QUICK else (5, 1024 * MIB)
    ours, theirs = [], []
    with tempfile.TemporaryDirectory(prefix="gssxx-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        for key in ("host", "user"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / key], check=True)
        our_port = stack.enter_context(our_server(folder))
        their_port = stack.enter_context(their_server(folder))
        our_client = [SSH, "-p", str(our_port), "--auth", "publickey", "-i", f"{folder}/user",
                      "--accept-any-host-key", "--ciphers", cipher, f"{USER}@127.0.0.1"]
        their_client = ["ssh", "-F", "none", "-p", str(their_port), "-i", f"{folder}/user", "-c", cipher,
                        "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", "-o", "LogLevel=ERROR",
                        "-o", "StrictHostKeyChecking=no", "-o", f"UserKnownHostsFile={folder}/known",
                        "-o", "PreferredAuthentications=publickey", f"{USER}@127.0.0.1"]
        for client in (our_client, their_client):
            transfer(client, direction, MIB)
        for _ in range(rounds):
            ours.append(transfer(our_client, direction, octets))
            theirs.append(transfer(their_client, direction, octets))
    return median(ours) / MIB, median(theirs) / MIB


# Half-open ----------------------------------------------------------------------------------------

def resident(pid):
    """Octets."""
    return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1]) * 1024


def half_open(port):
    """A connection whose server has sent its KEXINIT and hears nothing of us but our name."""
    peer = socket.create_connection(("127.0.0.1", port), LIMIT)
    peer.sendall(b"SSH-2.0-silent\r\n")
    heard = b""
    while b"\n" not in heard or len(heard) < heard.index(b"\n") + 1 + 4 + 256:
        more = peer.recv(4096)
        if not more:
            raise RuntimeError("the server has closed a half-open connection")
        heard += more
    return peer


def allow_files():
    least = HALF_OPEN + 256
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < least:
        raise RuntimeError(f"the system allows {hard} open files, and this measurement needs {least}")
    if soft != resource.RLIM_INFINITY and soft < least:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def half_open_memory():
    """Octets for each."""
    allow_files()
    with pair(PEER) as (server, client):
        client.ask("8 64")
        pid = server.program.pid
        before = resident(pid)
        peers = [half_open(int(server.first)) for _ in range(HALF_OPEN)]
        cost = (resident(pid) - before) / len(peers)
        for peer in peers:
            peer.close()
    return cost, 0


def half_open_logins():
    """Nanoseconds for a login beside many half-open sessions, and for one without them."""
    allow_files()
    count = 200
    with pair(PEER) as (crowded, beside), pair(PEER) as (_, alone):
        peers = [half_open(int(crowded.first)) for _ in range(HALF_OPEN)]
        ours, theirs = [], []
        for _ in range(3 if QUICK else 7):
            ours.append(float(beside.ask(f"1 {count}")) / count)
            theirs.append(float(alone.ask(f"1 {count}")) / count)
        for peer in peers:
            peer.close()
    return median(ours) * 1e9, median(theirs) * 1e9


ROWS = {
    "logins_1": lambda: logins(1),
    "logins_8": lambda: logins(8),
    "process": process,
    "aes256_gcm_down": lambda: bulk("aes256-gcm@openssh.com", "down"),
    "aes256_gcm_up": lambda: bulk("aes256-gcm@openssh.com", "up"),
    "chacha20_poly1305_down": lambda: bulk("chacha20-poly1305@openssh.com", "down"),
    "chacha20_poly1305_up": lambda: bulk("chacha20-poly1305@openssh.com", "up"),
    "half_open": half_open_memory,
    "login_beside_half_open": half_open_logins,
}

print(*ROWS[ROW]())
