# SPDX-License-Identifier: Apache-2.0
"""The examples of the transport, with each other: ssh_command logs in to ssh_service.

examples_test.py COMMAND SERVICE [UNITTEST-ARGUMENT...]

Runs under `gssxx-realm run`, whose ticket is alice's.
"""
import os
import subprocess
import sys
import unittest

COMMAND, SERVICE = sys.argv[1:3]
ALICE = f"alice@{os.environ['GSSXX_REALM']}"
LIMIT = 30


class Examples(unittest.TestCase):
    def setUp(self):
        self.service = subprocess.Popen([SERVICE, "127.0.0.1:0", f"{ALICE}=web"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(self.end)
        self.port = int(self.service.stdout.readline())

    def end(self):
        self.service.stdin.close()
        try:
            self.assertEqual(self.service.wait(LIMIT), 0)
        finally:
            self.service.kill()
            self.service.wait()
            self.service.stdout.close()

    def command(self, user, command):
        return subprocess.run([COMMAND, user, f"localhost:{self.port}", command], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=LIMIT)

    def test_who_asks_is_known(self):
        done = self.command("web", "whoami")
        self.assertEqual((done.returncode, done.stdout), (0, f"{ALICE} as web\n"), done.stderr)

    def test_another_command_is_refused(self):
        done = self.command("web", "id")
        self.assertEqual((done.returncode, done.stdout), (255, ""))
        self.assertIn("refuse", done.stderr)

    def test_another_user_is_refused(self):
        done = self.command("alice", "whoami")
        self.assertEqual((done.returncode, done.stdout), (255, ""))
        self.assertIn("alice", done.stderr)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]], verbosity=2)
