"""An issuer of keys that breaks off, stalls or never comes to an end lets nobody in, and keeps nobody waiting."""

import concurrent.futures
import itertools
import json
import time

from support import (KIB, LONG, AdminTunnelGateway, Backend, Story, connect, echo, jwks_verifier, main,
                     nothing_left_behind, route, scaled)
from support.cut import AT_ONCE, FOR_LONG, CutSocket, positions, reset
from support.tokens import claims, es_token, jwk_of, new_key_pair
from support.websocket_peer import ask

TIMEOUT = scaled(1000, 3000)  # ms, in which those that are good answer
AT_A_TIME = 4  # the gateway asks so many issuers at a time


def endless(start, piece):
    """For a Backend: answers with what has no end."""
    def serve(connection, _visit):
        connection.receive()
        connection.send(start)
        while True:
            connection.send(piece)
    return serve


OK = b"HTTP/1.1 200 OK\r\n"
ENDLESS = {
    "a status line": endless(b"HTTP/1.1 200 ", b"O" * 4 * KIB),
    "a header": endless(OK + b"X: ", b"y" * 4 * KIB),
    "headers": endless(OK, b"X: y\r\n" * KIB),
    "interim answers": endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * KIB),
    "a body": endless(OK + b"Content-Length: 99999999999\r\n\r\n", b" " * 4 * KIB),
    "a body up to the end": endless(OK + b"\r\n", b" " * 4 * KIB),
    "chunks": endless(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n" * KIB),
    "an extension of a chunk": endless(OK + b"Transfer-Encoding: chunked\r\n\r\n1;", b"x" * 4 * KIB),
    "trailers": endless(OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X: y\r\n" * KIB),
    "zeros": endless(b"", bytes(4 * KIB)),
}


class Issuers(Story):
    def setUp(self):
        self.target = self.use(Backend(echo))
        key, public = new_key_pair(self.folder(), "ec")
        self.bearer = {"Authorization": "Bearer " + es_token(claims(), key, kid="it")}
        keys = json.dumps({"keys": [jwk_of(public, "it")]}).encode()
        self.good = OK + b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(keys), keys)
        self.urls = itertools.count(1)

    def issuer(self, serve, **options):
        return self.use(Backend(serve, **options))

    def answers(self, connection, _visit):
        connection.receive()
        connection.send(self.good)
        connection.finish()

    def start(self, *issuers):
        """A gateway with a route for each issuer; each is asked anew, for its URL is another one."""
        verifiers = [jwks_verifier(f"http://127.0.0.1:{one.port}/{next(self.urls)}") for one in issuers]
        for one in verifiers:
            one["algoSettings"]["timeout"] = TIMEOUT
        self.routes = [route(f"issuer-{number}.test").to(self.target).for_tokens(one)
                       for number, one in enumerate(verifiers)]
        self.gateway = self.use(AdminTunnelGateway(*self.routes, verifiers=verifiers))

    def ask(self, one):
        """The status, and how long it took to come."""
        begun = time.monotonic()
        answer, connection = ask(self.gateway, one.host, **self.bearer)
        connection.close()
        return answer.status, time.monotonic() - begun

    def cut_everywhere(self, then, where):
        """One issuer that does `then` to each connection, somewhere else each time; who was let in."""
        plans = iter(where)
        issuer = self.issuer(self.answers, wrap=lambda sock: CutSocket(sock, then, **next(plans)))
        good = self.issuer(self.answers)
        self.start(good, *[issuer for _ in where], good)
        first, *routes, last = self.routes
        self.assertEqual(self.ask(first)[0], 101)
        with nothing_left_behind(self.gateway) as growth, concurrent.futures.ThreadPoolExecutor(AT_A_TIME) as pool:
            statuses = [status for status, _ in pool.map(self.ask, routes)]
        self.assertEqual(self.ask(last)[0], 101)
        print(f"{then.__name__}: {len(routes)} issuers, {growth}", flush=True)
        self.assertLessEqual(set(statuses), {101, 503})
        return statuses.count(101)

    def test_cut(self):
        end = len(self.good)
        everywhere = [{"sent": one} for one in positions([0, self.good.index(b"\r\n\r\n") + 4, end])]
        for then in AT_ONCE:
            with self.subTest(then.__name__):
                # Who was given all of it; a reset may take it away again.
                self.assertIn(self.cut_everywhere(then, everywhere), [0, 1] if then is reset else [1])
        for then in FOR_LONG:
            where = [one for one in everywhere[::10 if LONG else 1] if one["sent"] < end - 30]
            with self.subTest(then.__name__):
                self.assertEqual(self.cut_everywhere(then, where), 0)

    def test_without_an_end(self):
        issuers = [self.issuer(serve) for serve in ENDLESS.values()]
        self.start(*issuers, self.issuer(self.answers))
        with nothing_left_behind(self.gateway):
            for name, one in zip(ENDLESS, self.routes):
                with self.subTest(name):
                    status, seconds = self.ask(one)
                    self.assertNotEqual(status, 101)
                    self.assertLess(seconds, scaled(5, 20))
        self.assertEqual(self.ask(self.routes[-1])[0], 101)

    def test_never_answering(self):
        """Its queue is full, so the kernel drops what asks for a connection."""
        deaf = self.issuer(echo, backlog=0, accepting=False)
        with connect(deaf):
            self.start(*[deaf] * 8, self.issuer(self.answers))
            with nothing_left_behind(self.gateway), concurrent.futures.ThreadPoolExecutor(8) as pool:
                for status, seconds in pool.map(self.ask, self.routes[:-1]):
                    self.assertEqual(status, 503)
                    self.assertLess(seconds, scaled(5, 20))
            self.assertEqual(self.ask(self.routes[-1])[0], 101)


main()
