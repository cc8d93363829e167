# SPDX-License-Identifier: Apache-2.0
"""gssxx-ssh and gssxx-sshd with each other, and with Debian's ssh and sshd.

programs_test.py SSH SSHD BACKEND [UNITTEST-ARGUMENT...]

Runs under `gssxx-realm run`, whose ticket is for the user who runs it.
"""
import os
import pty
import pwd
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

SSH, SSHD, BACKEND = sys.argv[1:4]
REALM = os.environ["GSSXX_REALM"]
USER = pwd.getpwuid(os.getuid()).pw_name
PRINCIPAL = f"{USER}@{REALM}"
LIMIT = 20


def until(condition, what):
    for _ in range(LIMIT * 20):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError(f"waited too long for {what}")


class Folder(unittest.TestCase):
    def setUp(self):
        self._folder = tempfile.TemporaryDirectory(prefix="gssxx-programs-")
        self.folder = Path(self._folder.name)
        self.addCleanup(self._folder.cleanup)

    def key(self, name="host_key", kind="ed25519"):
        path = self.folder / name
        if not path.exists():
            subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-C", "", "-f", path], check=True)
        return str(path)

    def end(self, process):
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(LIMIT)
        finally:
            process.kill()
            process.wait()

    def ours(self, *options, allow=PRINCIPAL, key=True):
        """Starts gssxx-sshd; returns its port."""
        port_file = self.folder / "port"
        port_file.unlink(missing_ok=True)
        self.log = self.folder / "sshd.log"
        keys = ["--host-key", self.key()] if key else ["--no-host-key"]
        allowed = ["--allow", f"{allow}={USER}"] if allow else []
        with open(self.log, "wb") as log:
            self.sshd = subprocess.Popen(
                [SSHD, "--listen", "127.0.0.1:0", "--port-file", port_file, "--backend", BACKEND,
                 "--acceptor", "host@localhost", "-vv", *keys, *allowed, *options],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.addCleanup(self.end, self.sshd)
        until(lambda: port_file.exists() or self.sshd.poll() is not None, "gssxx-sshd")
        self.assertIsNone(self.sshd.poll(), self.log.read_text())
        return int(port_file.read_text())

    def gssxx(self, port, *words, options=(), data=b"", env=None):
        return subprocess.run(
            [SSH, "-p", str(port), "--backend", BACKEND, "-v", *options, "localhost", *words], input=data,
            capture_output=True, timeout=LIMIT, env={**os.environ, **(env or {})})

    def sentence(self, run):
        """What gssxx-ssh said last."""
        return run.stderr.decode().splitlines()[-1]


class Ours(Folder):
    """gssxx-ssh to gssxx-sshd."""

    def test_a_command_with_nothing_but_a_ticket(self):
        port = self.ours()
        run = self.gssxx(port, "cat; echo wrong >&2; exit 7", data=b"hello")
        self.assertEqual(run.stdout, b"hello", run.stderr)
        self.assertIn(b"wrong\n", run.stderr)
        self.assertEqual(run.returncode, 7)
        self.assertIn(b"gss-curve25519-sha256", run.stderr)
        self.assertIn(b"by gssapi-keyex", run.stderr)

    def test_without_a_host_key(self):
        run = self.gssxx(self.ours(key=False), "echo fine")
        self.assertEqual((run.returncode, run.stdout), (0, b"fine\n"), run.stderr)

    def test_by_gssapi_with_mic_and_a_known_host(self):
        port = self.ours()
        known = self.folder / "known_hosts"
        public = Path(self.key() + ".pub").read_text()
        known.write_text(f"[localhost]:{port} {public}")
        options = ["--kex", "curve25519-sha256", "--auth", "gssapi-with-mic", "--known-hosts", str(known)]
        run = self.gssxx(port, "echo fine", options=options)
        self.assertEqual((run.returncode, run.stdout), (0, b"fine\n"), run.stderr)
        other = Path(self.key("other") + ".pub").read_text()
        known.write_text(f"[localhost]:{port} {other}")
        run = self.gssxx(port, "echo fine", options=options)
        self.assertEqual((run.returncode, run.stdout), (255, b""))
        self.assertIn("it has changed", self.sentence(run))
        known.write_text("")
        run = self.gssxx(port, "echo fine", options=options)
        self.assertEqual(run.returncode, 255)
        self.assertIn("is not known", self.sentence(run))

    def test_falls_back_to_a_key_where_there_is_no_ticket(self):
        authorized = self.key("user") + ".pub"
        port = self.ours("--authorized-keys", authorized)
        run = self.gssxx(port, "echo fine", options=["-i", self.key("user"), "--accept-any-host-key"],
                         env=self.no_ticket())
        self.assertEqual((run.returncode, run.stdout), (0, b"fine\n"), run.stderr)
        self.assertIn(b"by publickey", run.stderr)

    def test_keys_that_others_could_have_written_let_nobody_in(self):
        keys = self.folder / "theirs"
        keys.mkdir(mode=0o700)
        authorized = keys / "authorized_keys"
        authorized.write_text(Path(self.key("user") + ".pub").read_text())
        port = self.ours("--authorized-keys", authorized)
        options = ["-i", self.key("user"), "--accept-any-host-key", "--auth", "publickey", "--kex", "curve25519-sha256"]
        for path, mode, why in ((authorized, 0o660, "can be written by others"), (authorized, 0o600, ""),
                                (keys, 0o777, "can be written by others"), (keys, 0o700, "")):
            path.chmod(mode)
            before = len(self.log.read_text())
            run = self.gssxx(port, "echo fine", options=options)
            if not why:
                self.assertEqual((run.returncode, run.stdout), (0, b"fine\n"), run.stderr)
                continue
            self.assertEqual((run.returncode, run.stdout), (255, b""), run.stderr)
            self.assertIn(f"{USER} has failed to log in by publickey: refused by the host: {path} {why}",
                          self.log.read_text()[before:])
            self.assertNotIn(b"written by others", run.stderr, "the server's files are not the client's business")
        self.assertNotIn("nobody by a key", self.log.read_text())
        self.end(self.sshd)
        authorized.chmod(0o666)
        self.ours("--authorized-keys", authorized)
        self.assertIn(f"lets in nobody by a key for now: {authorized} can be written", self.log.read_text())

    def no_ticket(self):
        return {"KRB5CCNAME": f"FILE:{self.folder}/none", "KRB5_CLIENT_KTNAME": f"FILE:{self.folder}/none"}

    def test_both_methods_where_both_are_required(self):
        authorized = self.key("user") + ".pub"
        port = self.ours("--authorized-keys", authorized, "--require", "gssapi-keyex,publickey",
                         "--accept-delegation")
        run = self.gssxx(port, "echo $KRB5CCNAME", options=["-i", self.key("user"), "--delegate"])
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertTrue(run.stdout.startswith(b"FILE:/tmp/krb5cc_"), run.stdout + self.log.read_bytes())
        run = self.gssxx(port, "true")
        self.assertEqual(run.returncode, 255)
        self.assertIn("the server offers publickey", self.sentence(run))

    def test_delegated_tickets_live_as_long_as_the_session(self):
        port = self.ours("--accept-delegation")
        command = "echo $KRB5CCNAME; stat -c %a:%u ${KRB5CCNAME#FILE:}"
        run = self.gssxx(port, command, options=["--delegate"])
        self.assertEqual(run.returncode, 0, run.stderr)
        name, about = run.stdout.decode().split()
        self.assertEqual(about, f"600:{os.getuid()}")
        until(lambda: not Path(name.removeprefix("FILE:")).exists(), "the end of the cache")
        self.assertEqual(self.gssxx(port, "echo $KRB5CCNAME").stdout, b"\n", "none was delegated")
        self.end(self.sshd)
        port = self.ours()
        self.assertEqual(self.gssxx(port, "echo $KRB5CCNAME", options=["--delegate"]).stdout, b"\n",
                         "the server's policy says no")

    def test_refusals_say_why(self):
        port = self.ours()
        run = self.gssxx(port, "true", env=self.no_ticket())
        self.assertEqual((run.returncode, run.stdout), (255, b""))
        self.assertRegex(self.sentence(run), "(?i)cache|credential|ticket")
        run = self.gssxx(port, "true", options=["--gss-host", "nowhere.test.example"])
        self.assertEqual(run.returncode, 255)
        self.assertIn("nowhere.test.example", self.sentence(run))
        run = subprocess.run([SSH, "-p", str(port), "--backend", BACKEND, "nobody@localhost", "true"],
                             capture_output=True, timeout=LIMIT)
        self.assertEqual(run.returncode, 255)
        self.assertEqual(len(run.stderr.splitlines()), 1, run.stderr)
        self.assertIn("nobody", self.sentence(run))
        self.end(self.sshd)
        port = self.ours(allow=f"somebody-else@{REALM}")
        self.assertEqual(self.gssxx(port, "true").returncode, 255)

    def canonicalising(self, how):
        """A configuration by which MIT's library takes its host name from the system's resolver: localhost for
        the name 127.0.0.1."""
        config = self.folder / f"krb5.{how}.conf"
        text = Path(os.environ["KRB5_CONFIG"]).read_text()
        text = re.sub(r"(dns_canonicalize_hostname =).*", rf"\1 {how}", text)
        config.write_text(re.sub(r"(\brdns =).*", r"\1 true", text))
        return {"KRB5_CONFIG": str(config)}

    def test_sec_A1_30_no_tickets_for_a_host_that_only_the_resolver_has_named(self):
        port = self.ours("--accept-delegation", "--authorized-keys", self.key("user") + ".pub")

        def run(*options, env):
            return subprocess.run([SSH, "-p", str(port), "--backend", BACKEND, "--accept-any-host-key", *options,
                                   "127.0.0.1", "echo [${KRB5CCNAME:+tickets}]"], capture_output=True, timeout=LIMIT,
                                  env={**os.environ, **env})
        methods = ((), ("--kex", "curve25519-sha256", "--auth", "gssapi-with-mic"))
        for how in ("true", "fallback"):
            for method in methods:
                with self.subTest(how=how, method=method):
                    env = self.canonicalising(how)
                    refused = run("--delegate", *method, env=env)
                    self.assertEqual((refused.returncode, refused.stdout), (255, b""), refused.stderr)
                    if BACKEND == "heimdal":  # it asks for the name as it is, and there is no such service
                        self.assertIn("127.0.0.1", self.sentence(refused))
                        continue
                    self.assertIn(f"has made host/localhost@{REALM} out of host@127.0.0.1", self.sentence(refused))
                    self.assertEqual(len(refused.stderr.splitlines()), 1, refused.stderr)
                    self.assertNotIn("delegated credentials", self.log.read_text())
                    fine = run(*method, env=env)
                    self.assertEqual((fine.returncode, fine.stdout), (0, b"[]\n"), fine.stderr)
        if BACKEND == "mit":  # a refusal of ours is no reason for another method
            refused = run("--delegate", "-i", self.key("user"), env=self.canonicalising("true"))
            self.assertEqual((refused.returncode, refused.stdout), (255, b""), refused.stderr)
            self.assertIn(f"has made host/localhost@{REALM} out of host@127.0.0.1", self.sentence(refused))
        for method in methods:
            named = run("--delegate", "--gss-host", "localhost", *method, env={})
            self.assertEqual((named.returncode, named.stdout), (0, b"[tickets]\n"), named.stderr)
            self.assertEqual(named.stderr.decode(), "gssxx-ssh: tickets are delegated to host@localhost, which "
                             "--gss-host names, and not to 127.0.0.1\n")
        quiet = run("--gss-host", "localhost", env={})
        self.assertEqual((quiet.returncode, quiet.stdout, quiet.stderr), (0, b"[]\n", b""), "none are delegated")

    def test_the_end_of_a_terminals_input_behind_a_long_line(self):
        port = self.ours()
        keyboard, terminal = pty.openpty()
        self.addCleanup(os.close, keyboard)
        line = b"x" * 4095 + b"\n"
        os.write(keyboard, line + b"\x04")
        with subprocess.Popen([SSH, "-p", str(port), "--backend", BACKEND, "localhost", "cat"], stdin=terminal,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
            os.close(terminal)
            try:
                output, errors = run.communicate(timeout=LIMIT)
            finally:
                run.kill()
        self.assertEqual((run.returncode, output), (0, line), errors)

    def test_much_data_both_ways_with_keys_exchanged_meanwhile(self):
        port = self.ours()
        data = os.urandom(1 << 20) * 8
        run = self.gssxx(port, "cat", options=["--rekey-bytes", str(1 << 20)], data=data)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertTrue(run.stdout == data)
        self.assertGreater(run.stderr.count(b"keys exchanged anew"), 3)

    def test_every_cipher(self):
        port = self.ours()
        for cipher in ("chacha20-poly1305@openssh.com", "aes256-gcm@openssh.com", "aes128-gcm@openssh.com",
                       "aes256-ctr", "aes192-ctr", "aes128-ctr"):
            run = self.gssxx(port, "echo fine", options=["--ciphers", cipher])
            self.assertEqual((run.returncode, run.stdout), (0, b"fine\n"), (cipher, run.stderr))

    def test_commands_end_with_their_connection(self):
        port = self.ours()
        process = subprocess.Popen([SSH, "-p", str(port), "--backend", BACKEND, "localhost",
                                    "echo $$; trap '' HUP; while :; do sleep 1; done"], stdout=subprocess.PIPE)
        command = int(process.stdout.readline())
        process.kill()
        process.wait()
        process.stdout.close()
        until(lambda: not Path(f"/proc/{command}").exists(), "the end of the command")

    def test_a_server_ends_whatever_its_commands_ignore(self):
        port = self.ours()
        process = subprocess.Popen([SSH, "-p", str(port), "--backend", BACKEND, "localhost",
                                    "trap '' HUP TERM INT; echo $$; while :; do sleep 1; done"],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        command = int(process.stdout.readline())
        begun = time.monotonic()
        self.sshd.terminate()
        self.assertEqual(self.sshd.wait(LIMIT), 0)
        self.assertLess(time.monotonic() - begun, 5)
        self.assertFalse(Path(f"/proc/{command}").exists())
        _, errors = process.communicate(timeout=LIMIT)
        self.assertEqual(process.returncode, 255)
        self.assertIn(b"the server is going down", errors)

    def test_a_command_that_a_signal_ends(self):
        run = self.gssxx(self.ours(), "kill -TERM $$")
        self.assertEqual(run.returncode, 255)
        self.assertIn("the signal TERM", self.sentence(run))

    def test_closed_standard_descriptors_never_become_the_connection(self):
        port = self.ours()
        for closed in ("2>&-", ">&- 2>&-", "<&- >&- 2>&-"):
            run = subprocess.run(
                ["sh", "-c", f'"$@" {closed}', "sh", SSH, "-p", str(port), "--backend", BACKEND, "-vvv", "localhost",
                 "echo fine; echo wrong >&2; exit 3"], stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT)
            self.assertEqual(run.returncode, 3, closed)

    def test_a_port_file_follows_no_link(self):
        victim = self.folder / "victim"
        victim.write_text("mine")
        (self.folder / "port.new").symlink_to(victim)
        self.ours()
        self.assertEqual(victim.read_text(), "mine")

    def test_many_at_once_and_no_more_startups_than_allowed(self):
        port = self.ours("--max-startups", "3")
        silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(3)]
        until(lambda: self.log.read_text().count("a connection") >= 3, "three connections")
        self.assertEqual(self.gssxx(port, "true").returncode, 0, "the oldest makes room")
        silent[0].settimeout(LIMIT)
        while silent[0].recv(4096):
            pass
        for one in silent:
            one.close()

    def test_a_silent_client_is_sent_away(self):
        port = self.ours("--login-timeout", "1")
        with socket.create_connection(("127.0.0.1", port)) as silent:
            silent.settimeout(LIMIT)
            while silent.recv(4096):
                pass
        self.assertIn("nobody has logged in in time", self.log.read_text())


class Manual(unittest.TestCase):
    def test_every_option_is_in_the_manual(self):
        manuals = Path(__file__).resolve().parents[3] / "docs/man"
        for program, manual in ((SSH, "gssxx-ssh.1"), (SSHD, "gssxx-sshd.8")):
            help_text = subprocess.run([program, "--help"], capture_output=True, timeout=LIMIT, check=True).stdout
            options = set(re.findall(r"^ +(?:-\w,)?(--[a-z-]+)", help_text.decode(), re.MULTILINE))
            self.assertIn("--rekey-bytes", options)
            page = (manuals / manual).read_text().replace("\\-", "-")
            for option in options - {"--help", "--version"}:
                self.assertRegex(page, rf"(?m)^\.B.* ?{option}\b", manual)


class DebiansClient(Folder):
    """Debian's ssh to gssxx-sshd."""

    def ssh(self, port, *options, command="echo fine"):
        return subprocess.run(
            ["ssh", "-F", "none", "-v", "-p", str(port), "-o", "BatchMode=yes", "-o", "GSSAPIAuthentication=yes",
             "-o", "StrictHostKeyChecking=no", "-o", f"UserKnownHostsFile={self.folder}/known_hosts",
             "-o", "PubkeyAuthentication=no", "-o", "IdentityFile=none", *options, f"{USER}@localhost", command],
            capture_output=True, timeout=LIMIT)

    def test_by_gssapi_keyex(self):
        port = self.ours()
        run = self.ssh(port, "-o", "GSSAPIKeyExchange=yes", command="echo fine; exit 3")
        self.assertEqual((run.returncode, run.stdout), (3, b"fine\n"), run.stderr)
        self.assertIn(b'using "gssapi-keyex"', run.stderr)

    def test_by_gssapi_with_mic(self):
        run = self.ssh(self.ours(), "-o", "GSSAPIKeyExchange=no")
        self.assertEqual((run.returncode, run.stdout), (0, b"fine\n"), run.stderr)
        self.assertIn(b'using "gssapi-with-mic"', run.stderr)

    def test_by_public_key(self):
        port = self.ours("--authorized-keys", self.key("user") + ".pub")
        run = self.ssh(port, "-o", "GSSAPIAuthentication=no", "-o", "PubkeyAuthentication=yes",
                       "-i", self.key("user"))
        self.assertEqual((run.returncode, run.stdout), (0, b"fine\n"), run.stderr)

    def test_delegation(self):
        port = self.ours("--accept-delegation")
        run = self.ssh(port, "-o", "GSSAPIKeyExchange=yes", "-o", "GSSAPIDelegateCredentials=yes",
                       command="echo $KRB5CCNAME")
        self.assertTrue(run.stdout.startswith(b"FILE:/tmp/krb5cc_"), run.stderr + self.log.read_bytes())


class DebiansServer(Folder):
    """gssxx-ssh to Debian's sshd."""

    def sshd(self, *lines):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        config = self.folder / "sshd_config"
        # Of two lines for one thing sshd takes the first.
        config.write_text("\n".join([
            *lines, f"Port {port}", "ListenAddress 127.0.0.1", f"HostKey {self.key()}",
            f"PidFile {self.folder}/sshd.pid", "UsePAM no", "StrictModes no", "PasswordAuthentication no",
            "PermitRootLogin yes", "GSSAPIAuthentication yes", "GSSAPIKeyExchange yes",
            "GSSAPIStrictAcceptorCheck no", ""]))
        if os.getuid() == 0:
            os.makedirs("/run/sshd", exist_ok=True)
        self.log = self.folder / "sshd.log"
        process = subprocess.Popen(["/usr/sbin/sshd", "-D", "-f", config, "-E", self.log],
                                   stdin=subprocess.DEVNULL)
        self.addCleanup(self.end, process)

        def listens():
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", port)) == 0
        until(listens, "sshd")
        return port

    def test_by_gssapi_keyex(self):
        run = self.gssxx(self.sshd(), "cat; exit 4", data=b"hello")
        self.assertEqual((run.returncode, run.stdout), (4, b"hello"), run.stderr)
        self.assertIn(b"by gssapi-keyex", run.stderr)

    def test_by_gssapi_with_mic(self):
        run = self.gssxx(self.sshd("GSSAPIKeyExchange no"), "echo fine", options=["--accept-any-host-key"])
        self.assertEqual((run.returncode, run.stdout), (0, b"fine\n"), run.stderr)
        self.assertIn(b"by gssapi-with-mic", run.stderr)

    def test_by_public_key(self):
        port = self.sshd("GSSAPIAuthentication no", "GSSAPIKeyExchange no", f"AuthorizedKeysFile {self.key('user')}.pub")
        run = self.gssxx(port, "echo fine", options=["--accept-any-host-key", "-i", self.key("user")])
        self.assertEqual((run.returncode, run.stdout), (0, b"fine\n"), run.stderr)
        self.assertIn(b"by publickey", run.stderr)

    def test_much_data_with_keys_exchanged_meanwhile(self):
        data = os.urandom(1 << 20) * 8
        run = self.gssxx(self.sshd(), "cat", options=["--rekey-bytes", str(1 << 20)], data=data)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertTrue(run.stdout == data)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[4:], verbosity=2)
