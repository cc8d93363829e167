# SPDX-License-Identifier: Apache-2.0
"""AsyncSSH at both ends, as gssxx_transport_peer is ours.

transport_asyncssh.py serve | login PORT
"""
import asyncio
import sys
import time
import warnings

warnings.simplefilter("ignore")  # of python3-cryptography about ciphers that nobody asked for
import asyncssh  # noqa: E402

KEX = ["gss-curve25519-sha256"]
CIPHERS = ["chacha20-poly1305@openssh.com"]


class Server(asyncssh.SSHServer):
    def validate_gss_principal(self, username, user_principal, host_principal):
        return True


def answer(process):
    process.stdout.write("hello\n")
    process.exit(0)


async def serve():
    server = await asyncssh.create_server(
        Server, "127.0.0.1", 0, server_host_keys=[], gss_host="localhost", gss_kex=True, gss_auth=True,
        kex_algs=KEX, encryption_algs=CIPHERS, process_factory=answer)
    print(server.sockets[0].getsockname()[1], flush=True)
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


async def login(port):
    async with asyncssh.connect(
            "127.0.0.1", port, username="alice", gss_host="localhost", gss_kex=True, gss_auth=True,
            kex_algs=KEX, encryption_algs=CIPHERS, known_hosts=None, client_keys=[], config=None,
            preferred_auth="gssapi-keyex") as connection:
        done = await connection.run("answer")
        if done.exit_status != 0:
            raise RuntimeError("the command has not ended with 0")


async def many(port, at_once, count):
    left = iter(range(count))

    async def one_after_another():
        for _ in left:
            await login(port)
    begun = time.perf_counter()
    await asyncio.gather(*(one_after_another() for _ in range(at_once)))
    return time.perf_counter() - begun


async def client(port):
    await login(port)
    print("ready", flush=True)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        at_once, count = map(int, line.split())
        print(await many(port, at_once, count), flush=True)


if sys.argv[1] == "serve":
    asyncio.run(serve())
else:
    asyncio.run(client(int(sys.argv[2])))
