#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The second half of tools/demo: SSH logins with nothing but a ticket, and what is refused.

demo_ssh.py GSSXX-SSH GSSXX-SSHD

Runs under `gssxx-realm run`, whose ticket is for the user who runs it.
"""
import base64
import getpass
import hashlib
import os
import socket
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SSH, SSHD = sys.argv[1:3]
REALM = os.environ["GSSXX_REALM"]
USER = getpass.getuser()
LIMIT = 60
COMMAND = 'echo "hello from $(id -un)"; klist 2>/dev/null | grep krbtgt; true'
# The object identifier of NTLM in DER, of which a method's name has the MD5 (RFC 4462 s2).
NTLM = bytes.fromhex("060a2b06010401823702020a")
FOREIGN = "gss-curve25519-sha256-" + base64.b64encode(hashlib.md5(NTLM).digest()).decode()
well = True


def line(label, text):
    print(f"  {label:<22}{text}", flush=True)


def expect(label, good, text):
    global well
    well = well and good
    line(label, text if good else f"WRONG: {text}")


def run(words, env=None):
    done = subprocess.run([str(word) for word in words], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=LIMIT, env={**os.environ, **(env or {})}, check=False)
    return done.returncode, done.stdout.strip(), done.stderr.strip()


def expect_login(label, words, *, ticket=False):
    status, out, err = run(words)
    lines = out.splitlines()
    good = status == 0 and lines[:1] == [f"hello from {USER}"] and (len(lines) == 2) == ticket
    shown = lines[0] + (", which has a ticket of its own: " + lines[1].split()[-1] if ticket and good else "") \
        if lines else err
    expect(label, good, shown)


def expect_refused(label, words, part, env=None):
    status, out, err = run(words, env)
    expect(label, status == 255 and not out and part in err, "refused: " + (err.splitlines() or [""])[-1])


def wait_for(ready, server, what):
    end = time.monotonic() + LIMIT
    while not ready():
        if server.poll() is not None or time.monotonic() > end:
            sys.exit(f"demo: {what} does not start")
        time.sleep(0.02)


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def text(words):
    octets = words.encode()
    return struct.pack(">I", len(octets)) + octets


def offer_foreign(port):
    """Offers key exchange by NTLM and nothing else (RFC 4253 s7.1); what the server says to that."""
    lists = [FOREIGN, "ssh-ed25519", *["aes256-gcm@openssh.com"] * 2, *["hmac-sha2-256"] * 2, *["none"] * 2, "", ""]
    payload = b"\x14" + bytes(16) + b"".join(map(text, lists)) + bytes(5)
    padding = 8 - (5 + len(payload)) % 8 + 8
    packet = struct.pack(">IB", 1 + len(payload) + padding, padding) + payload + bytes(padding)
    with socket.create_connection(("127.0.0.1", port), LIMIT) as peer:
        peer.sendall(b"SSH-2.0-demo\r\n" + packet)
        octets = b""
        while piece := peer.recv(65536):
            octets += piece
    octets = octets[octets.index(b"\n") + 1:]
    while octets:
        size, padding, kind = struct.unpack_from(">IBB", octets)
        if kind == 1:  # SSH_MSG_DISCONNECT
            length, = struct.unpack_from(">I", octets, 10)
            return octets[14:14 + length].decode()
        octets = octets[4 + size:]
    return ""


def start_ours(folder, key, backend):
    port_file = folder / f"port.{backend}"
    with open(folder / f"log.{backend}", "wb") as log:
        server = subprocess.Popen(
            [SSHD, "--listen", "127.0.0.1:0", "--port-file", port_file, "--backend", backend, "--host-key", key,
             "--acceptor", "host@localhost", "--allow", f"{USER}@{REALM}={USER}", "--accept-delegation"],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    wait_for(port_file.exists, server, "gssxx-sshd")
    return server, int(port_file.read_text())


def start_debians(folder, key):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    if os.getuid() == 0:
        os.makedirs("/run/sshd", mode=0o755, exist_ok=True)
    config = folder / "sshd_config"
    config.write_text("\n".join((
        f"Port {port}", "ListenAddress 127.0.0.1", f"HostKey {key}", f"PidFile {folder}/sshd.pid", "UsePAM no",
        "StrictModes no", "PasswordAuthentication no", "KbdInteractiveAuthentication no",
        "PubkeyAuthentication no", "PermitRootLogin yes", "GSSAPIAuthentication yes", "GSSAPIKeyExchange yes",
        "GSSAPIStrictAcceptorCheck no", "")))
    server = subprocess.Popen(["/usr/sbin/sshd", "-D", "-f", config, "-E", folder / "sshd.log"],
                              stdin=subprocess.DEVNULL)
    wait_for(lambda: listens(port), server, "sshd")
    return server, port


def ours(port, backend, *options, user=USER):
    return [SSH, "-p", port, "--backend", backend, *options, f"{user}@localhost", COMMAND]


def debians(folder, port, *options, user=USER):
    return ["ssh", "-F", "none", "-p", port, "-o", "BatchMode=yes", "-o", "GSSAPIAuthentication=yes",
            "-o", "GSSAPIKeyExchange=yes", "-o", "PreferredAuthentications=gssapi-keyex",
            "-o", "PubkeyAuthentication=no", "-o", "StrictHostKeyChecking=yes",
            "-o", f"UserKnownHostsFile={folder}/none", *options, f"{user}@localhost", COMMAND]


def show_ours(folder, port, backend, no_ticket):
    print(f"\n=== SSH with nothing but a ticket: gssxx-sshd on {backend}")
    for client in ("mit", "heimdal"):
        expect_login(f"gssxx-ssh on {client}", ours(port, client))
        expect_login("with delegation", ours(port, client, "--delegate"), ticket=True)
        expect_refused("without a ticket", ours(port, client), "the credential cache does not exist", no_ticket)
        expect_refused("another user", ours(port, client, user="nobody"), "the server refused gssapi-keyex")
    expect_login("Debian's ssh", debians(folder, port))
    expect_login("with delegation", debians(folder, port, "-o", "GSSAPIDelegateCredentials=yes"), ticket=True)
    expect_refused("without a ticket", debians(folder, port), "Host key verification failed", no_ticket)
    expect_refused("another user", debians(folder, port, user="nobody"), "Permission denied")
    answer = offer_foreign(port)
    expect("a foreign mechanism", "no common key exchange" in answer, f"refused: {answer.split('; the server')[0]}")


def show_debians(port, no_ticket):
    print("\n=== SSH with nothing but a ticket: Debian's sshd")
    for client in ("mit", "heimdal"):
        expect_login(f"gssxx-ssh on {client}", ours(port, client))
        expect_login("with delegation", ours(port, client, "--delegate"), ticket=True)
        expect_refused("without a ticket", ours(port, client), "the credential cache does not exist", no_ticket)
        expect_refused("another user", ours(port, client, user="nobody"), "the server refused gssapi-keyex")


def main():
    servers = []
    with tempfile.TemporaryDirectory(prefix="gssxx-demo-") as name:
        folder = Path(name)
        no_ticket = {variable: f"FILE:{folder}/none" for variable in ("KRB5CCNAME", "KRB5_CLIENT_KTNAME")}
        key = folder / "host_key"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
        try:
            for backend in ("mit", "heimdal"):
                server, port = start_ours(folder, key, backend)
                servers.append(server)
                show_ours(folder, port, backend, no_ticket)
            server, port = start_debians(folder, key)
            servers.append(server)
            show_debians(port, no_ticket)
        finally:
            for server in servers:
                server.terminate()
                server.wait(LIMIT)
    print("\nAll was as it must be." if well else "\nSomething was not as it must be.")
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
