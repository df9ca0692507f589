"""A client of the admin API that breaks off at any byte has written all or nothing, and nothing is left of it."""

import concurrent.futures
import itertools
import json
import unittest

from support import (LONG, MIB, AdminClient, AdminGateway, Authority, BrokenOff, Story, client_context, connect,
                     connect_tls, main, nothing_left_behind)
from support.cut import AT_ONCE, FOR_LONG, CutSocket, close, half_close, positions, reset
from support.websocket_peer import read_head

PATH = "/api/apikeys"
BOUND = 80  # seconds: a request may take 60, plus one for each 64 KiB that come


class AdminClients(Story):
    def setUp(self):
        self.numbers = itertools.count(1)

    def post(self, wrap):
        """Creates a key over a connection of its own; returns its id, and the status if an answer came."""
        key = f"key-{next(self.numbers):06}"
        body = json.dumps({"clientId": key, "clientSecret": "s" * 20, "clientName": "a key"}).encode()
        authorization = self.gateway.admin.authorization()["Authorization"]
        head = (f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\nAuthorization: {authorization}\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n").encode()
        try:
            with self.enter(wrap) as client:
                client.send(head)
                client.send(body)
                start, fields = read_head(client)
                client.receive_exactly(int(fields["content-length"]))
                return key, int(start.split()[1])
        except BrokenOff:
            return key, None

    def enter(self, wrap):
        if self.context:
            return connect_tls(self.gateway.admin_port, "localhost", self.context, wrap=wrap)
        return connect(self.gateway.admin_port, wrap=wrap)

    def cut(self, then, **where):
        self.socket = None

        def wrap(sock):
            self.socket = CutSocket(sock, then, **where)
            return self.socket
        return *self.post(wrap), self.socket

    def stored(self):
        return {one["clientId"] for one in self.gateway.admin.get(f"{PATH}?pageSize=10000").json}

    def try_everywhere(self):
        for _ in range(20):
            _, status, whole = self.cut(None)
            self.assertEqual(status, 201)
        # Of TLS the last of it is a record's end: without it nothing of the body has come.
        total, stored, never, count = whole.marks[-1], set(), set(), 0
        with nothing_left_behind(self.gateway) as growth:
            for then in AT_ONCE:
                for position in positions(whole.marks):
                    key, status, socket = self.cut(then, sent=position)
                    count += 1
                    if position < total:
                        never.add(key)
                    elif then is half_close:
                        stored.add(key)
            for then in (reset, close):
                for position in positions([0, whole.total_received]):
                    self.cut(then, received=position)
                    count += 1
            there = self.stored()
            self.assertEqual(stored - there, set(), "a request that was whole is carried out")
            self.assertEqual(never & there, set(), "half a request does nothing")
        self.assertEqual(self.cut(None)[1], 201)
        print(f"{count} connections: {growth}", flush=True)

    def prepare(self, tls):
        self.context = None
        if not tls:
            self.gateway = self.use(AdminGateway())
            return
        authority = Authority(self.folder())
        certificate = authority.server("localhost")
        self.gateway = self.use(AdminGateway(admin={"certificate": "admin.crt", "key": "admin.key"},
                                             files={"admin.crt": certificate.crt, "admin.key": certificate.key}))
        self.context = client_context(authority)
        trusting = client_context(authority)
        trusting.check_hostname = False
        url = f"https://127.0.0.1:{self.gateway.admin_port}"
        self.gateway.admin = AdminClient(url, self.gateway.admin.key, trusting)

    def test_without_tls(self):
        self.prepare(tls=False)
        self.try_everywhere()

    def test_with_tls(self):
        self.prepare(tls=True)
        self.try_everywhere()

    @unittest.skipUnless(LONG, "the limits of the admin API are not settings: 10 s for a handshake, 60 for a request")
    def test_stalls(self):
        for tls in (False, True):
            self.prepare(tls)
            whole = self.cut(None)[2]
            plans = [(then, {"sent": one}) for then in FOR_LONG for one in positions(whole.marks, every=5)]
            with self.subTest(tls=tls), nothing_left_behind(self.gateway, memory=64 * MIB) as growth:
                with concurrent.futures.ThreadPoolExecutor(len(plans)) as pool:
                    list(pool.map(lambda plan: self.held(*plan), plans))
            print(f"{len(plans)} stalled: {growth}", flush=True)
            self.assertEqual(self.cut(None)[1], 201)

    def held(self, then, where):
        cuts = []
        self.post(lambda sock: cuts.append(CutSocket(sock, then, **where)) or cuts[0])


main()
