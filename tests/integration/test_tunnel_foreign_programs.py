"""Both ends of the tunnel against independent WebSocket programs: python3-websockets and npm's `ws`."""

import asyncio
import os
import shutil
import socket
import threading

from support import (KIB, MIB, Backend, EveryAccess, Payload, Story, Tunnel, client_context, connect, echo, main,
                     scaled, wait_until)
from support.servers import run
from support.websocket_peer import TUNNEL, to_target

QUIET = 0.5  # seconds in which a Close would have come
NODE_MODULES = "/usr/share/nodejs"  # where Debian's node-ws is
NODE_CLIENT = """
const WebSocket = require('ws');
const [url, size] = [process.argv[1], Number(process.argv[2])];
const socket = new WebSocket(url, { rejectUnauthorized: false, perMessageDeflate: true });
const sent = require('crypto').randomBytes(size), got = [];
let count = 0;
socket.on('open', () => {
  socket.send('a text, which means nothing');
  for (let i = 0; i < size; i += 32768) socket.send(sent.subarray(i, i + 32768));
});
socket.on('message', (data) => {
  got.push(data);
  count += data.length;
  if (count === size) socket.close(1000);
});
socket.on('close', (code) => console.log(code, Buffer.concat(got).equals(sent)));
"""


class AsClients(Story):
    def setUp(self):
        self.target = self.use(Backend(echo))
        self.ways = EveryAccess(self, self.target, only=["public"])

    def url(self, way):
        scheme = "wss" if way.tls else "ws"
        return f"{scheme}://{way.host}{TUNNEL}?transport=tcp&{to_target(self.target)}"

    def test_python_websockets(self):
        try:
            import websockets
        except ImportError:
            self.skipTest("python3-websockets is not installed")
        payload = bytes(Payload(scaled(8 * MIB, MIB)).bytes)

        async def talk(way):
            context = client_context(self.ways.authority) if way.tls else None
            async with websockets.connect(self.url(way), ssl=context, max_size=None) as socket:
                async def send():
                    await socket.send("a text, which means nothing")
                    for start in range(0, len(payload), 32 * KIB):
                        await socket.send(payload[start:start + 32 * KIB])
                sender, got = asyncio.create_task(send()), b""
                while len(got) < len(payload):
                    got += await socket.recv()
                await sender
                await (await socket.ping())
            return got == payload, socket.close_code

        for way in self.ways:
            with self.subTest(way.name):
                self.assertEqual(asyncio.run(talk(way)), (True, 1000))

    def test_npm_ws(self):
        if not shutil.which("node") or not os.path.isdir(f"{NODE_MODULES}/ws"):
            self.skipTest("node-ws is not installed")
        for way in self.ways:
            with self.subTest(way.name):
                done = run("node", "-e", NODE_CLIENT, self.url(way), str(scaled(8 * MIB, MIB)),
                           env={"NODE_PATH": NODE_MODULES})
                self.assertEqual(done.stdout, "1000 true\n", done.stderr)


class PythonWebsocketsAsServer(Story):
    """An independent server, which answers our Close at once by ending."""

    def start(self, handle):
        """Serves on a thread; returns a tunnel to it."""
        try:
            import websockets
        except ImportError:
            self.skipTest("python3-websockets is not installed")
        port, stop = [], threading.Event()

        async def serve():
            async with websockets.serve(handle, "127.0.0.1", 0, max_size=None, family=socket.AF_INET) as server:
                port.append(server.sockets[0].getsockname()[1])
                while not stop.is_set():
                    await asyncio.sleep(0.05)
        thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
        thread.start()
        self.addCleanup(thread.join, 30)
        self.addCleanup(stop.set)
        wait_until(lambda: port, "the server to listen")
        return self.use(Tunnel("--host", f"127.0.0.1:{port[0]}", "--access-type", "public"))

    def test_it_echoes(self):
        async def handle(connection):
            await connection.send("a text, which means nothing")
            async for message in connection:
                await connection.send(message)
        payload = bytes(Payload(scaled(8 * MIB, MIB)).bytes)
        with connect(self.start(handle)) as client:
            for start in range(0, len(payload), 64 * KIB):
                piece = payload[start:start + 64 * KIB]
                self.assertEqual(client.round_trip(piece), piece)
            client.reset()

    def test_it_answers_after_the_question_has_ended(self):
        async def handle(connection):
            question = b""
            while len(question) < 8:
                question += await connection.recv()
            await asyncio.sleep(QUIET)
            await connection.send(question[::-1])
        with connect(self.start(handle)) as client:
            client.send(b"question")
            client.finish()
            self.assertEqual(client.receive_to_end(), b"noitseuq")


main()
