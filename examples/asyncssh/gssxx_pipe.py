# SPDX-License-Identifier: Apache-2.0
"""gssxx as the GSS-API of AsyncSSH: one class over a pipe to ssh_token_pipe.

    import gssxx_pipe
    gssxx_pipe.install("/usr/bin/ssh_token_pipe", server=["--allow", "alice=alice@EXAMPLE.ORG"])
    await asyncssh.connect("localhost", gss_host="localhost", ...)

AsyncSSH asks its GSS object for tokens and MICs; what they are, what is required of them and who may
log in is decided in the program. Blocks for as long as a step takes, as AsyncSSH's own class does.
"""
import subprocess

import asyncssh.connection
from asyncssh.gss import GSSError

MUTUAL, INTEGRITY = 2, 32


class PipeError(Exception):
    """The program is gone, or says something that it should not."""


class PipeGSS:
    """What AsyncSSH wants of a GSS object, client or server."""

    def __init__(self, command):
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._complete = False
        self._flags = 0
        self.mechs = [bytes.fromhex(oid) for oid in self._ask("mechs").split()]

    def _request(self, *words):
        try:
            self._process.stdin.write((" ".join(words) + "\n").encode())
            self._process.stdin.flush()
        except OSError as error:
            raise PipeError(f"the program is gone: {error}") from error
        # Octets, because text ends lines at a carriage return, too: a name with one in it would be two answers.
        line = self._process.stdout.readline().decode(errors="backslashreplace")
        verb, _, rest = line.rstrip("\n").partition(" ")
        if not verb:
            raise PipeError("the program ended without an answer")
        return verb, rest

    def _ask(self, *words):
        verb, rest = self._request(*words)
        if verb != "ok":
            raise PipeError(rest)
        return rest

    complete = property(lambda self: self._complete)
    provides_mutual_auth = property(lambda self: bool(self._flags & MUTUAL))
    provides_integrity = property(lambda self: bool(self._flags & INTEGRITY))
    user = property(lambda self: bytes.fromhex(self._ask("peer")).decode(errors="backslashreplace"))
    host = property(lambda self: "")

    def reset(self):
        """Forgets the context; the next step begins another one."""
        self._ask("reset")
        self._complete, self._flags = False, 0

    def step(self, token=None):
        """One leg. The token for the peer, or none."""
        verb, rest = self._request("step", octets(token))
        if verb == "failed":
            major, minor, error_token, _text = rest.split(" ", 3)
            raise GSSError(int(major), int(minor), token=from_octets(error_token))
        if verb == "done":
            rest, flags = rest.split()
            self._complete, self._flags = True, int(flags)
        return from_octets(rest)

    def sign(self, data):
        """A MIC over the octets."""
        return from_octets(self._ask("sign", octets(data)))

    def verify(self, data, sig):
        """Is that MIC good? Nothing but a whole success is."""
        return self._request("verify", octets(data), octets(sig))[0] == "ok"

    def authorize(self, username):
        """May the authenticated peer use that account?"""
        return self._request("authorize", octets(username.encode()))[0] == "ok"

    def close(self):
        """Ends the program, which ends with its input."""
        process, self._process = getattr(self, "_process", None), None
        if process:
            process.stdin.close()
            process.stdout.close()
            process.wait()

    __del__ = close


def octets(data):
    return data.hex() if data else "-"


def from_octets(text):
    return None if text == "-" else bytes.fromhex(text)


def install(program, client=(), server=()):
    """From now on AsyncSSH's connections use the program. `client` and `server` are options for it."""

    def new_client(host, delegate_creds):
        delegate = ["--delegate"] if delegate_creds else []
        return PipeGSS([program, "client", *client, *delegate, host])

    def new_server(host):
        return PipeGSS([program, "server", *server, host])

    asyncssh.connection.GSSClient = new_client
    asyncssh.connection.GSSServer = new_server


class PipeServer(asyncssh.SSHServer):
    """Lets in whom the program lets in."""

    def connection_made(self, conn):
        self._connection = conn

    def begin_auth(self, username):
        return True

    def validate_gss_principal(self, username, user_principal, host_principal):
        return self._connection.get_gss_context().authorize(username)
