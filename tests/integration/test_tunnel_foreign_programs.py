"""The gateway's end of the tunnel, driven by two independent WebSocket programs: python3-websockets and npm's `ws`."""

import asyncio
import os
import shutil
import unittest

from support import KIB, MIB, Backend, EveryAccess, Payload, Story, client_context, echo, main, scaled
from support.servers import run
from support.websocket_peer import TUNNEL, to_target

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


class IndependentPrograms(Story):
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
            raise unittest.SkipTest("python3-websockets is not installed") from None
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
            raise unittest.SkipTest("node-ws is not installed")
        for way in self.ways:
            with self.subTest(way.name):
                done = run("node", "-e", NODE_CLIENT, self.url(way), str(scaled(8 * MIB, MIB)),
                           env={"NODE_PATH": NODE_MODULES})
                self.assertEqual(done.stdout, "1000 true\n", done.stderr)


main()
