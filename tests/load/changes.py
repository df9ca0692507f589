"""What operators do during the mixed load: services, routes, keys and certificates come, change and go; SIGHUP."""

import itertools
import os

from support import (BrokenOff, Metrics, api_key, client_context, connect, connect_tls, plain, refuses, route, to,
                     wait_until)
from support.websocket_peer import ask, open_websocket, to_target
from targets import request
from traffic import check_echo

SERVICES, ROUTES, KEYS = "/api/tcp/services", "/api/routes", "/api/apikeys"
CERTIFICATES, CONNECTIONS = "/api/certificates", "/api/tcp/connections"
LISTS = [SERVICES, ROUTES, KEYS, CERTIFICATES]

# Names of what is created come again: the gateway keeps the numbers of up to 1,000 services that are gone, on each of
# its workers, and until there are so many its memory would grow.
DIFFERENT_NAMES = 50


class Changes:
    """`twins` are two certificates for each of `folder_name` and `stored_name`, which take turns."""

    def __init__(self, gateway, target, tls_service, authority, folder_name, stored_name):
        self._gateway, self._admin, self._target = gateway, gateway.admin, target
        self._tls_service, self._anyone = tls_service, client_context()
        self._folder_name, self._stored_name = folder_name, stored_name
        self._folder_twins = itertools.cycle([authority.server(folder_name) for _ in range(2)])
        self._stored_twins = [authority.server(stored_name) for _ in range(2)]
        self._service_port = plain().port
        self._numbers = itertools.cycle(range(DIFFERENT_NAMES))

    def _write(self, answer, status):
        if answer.status != status:
            raise AssertionError(f"{status} was expected: {answer}")
        return answer

    def service(self):
        """Created, used at once, changed, used by old and new, deleted: the port is closed, who is in stays in."""
        mine = plain(id=f"changing_{next(self._numbers)}", port=self._service_port).targets(self._target)
        self._write(self._admin.post(SERVICES, mine.json), 201)
        with connect(mine) as old:
            old.send(request("echo"))
            check_echo(old, b"created")
            mine.but(name="another name").json["rules"].append({"domain": "other.test", "targets": [to(self._target)]})
            self._write(self._admin.put(f"{SERVICES}/{mine.id}", mine.json), 200)
            with connect(mine) as new:
                new.send(request("echo"))
                check_echo(new, b"changed")
            self._write(self._admin.delete(f"{SERVICES}/{mine.id}"), 200)
            check_echo(old, b"deleted, and still served")
        if not refuses(mine):
            raise AssertionError("the port of a deleted service is open")

    def route_and_key(self):
        """A tunnel lasts as long as its key."""
        mine = route().to_request()
        key = api_key(mine, clientId=f"changing_{next(self._numbers)}")
        mine.for_keys()
        credentials = {"Otoroshi_Client_Id": key["clientId"], "Otoroshi_Client_Secret": key["clientSecret"]}
        self._write(self._admin.post(ROUTES, mine.json), 201)
        self._write(self._admin.post(KEYS, key), 201)
        with open_websocket(self._gateway, mine.host, to_target(self._target), **credentials) as tunnel:
            tunnel.send(request("echo") + b"hello")
            if tunnel.receive_exactly(5) != b"hello":
                raise AssertionError("other bytes came back")
            self._write(self._admin.delete(f"{KEYS}/{key['clientId']}"), 200)
            try:
                tunnel.receive_to_close()
            except BrokenOff as broken:
                raise AssertionError(f"a tunnel without its key ended with {broken}, not with a Close") from None
            if tunnel.close[0] != 1008:
                raise AssertionError(f"a tunnel without its key was closed with {tunnel.close}")
        answer, connection = ask(self._gateway, mine.host, to_target(self._target), **credentials)
        connection.close()
        if answer.status // 100 != 4:
            raise AssertionError(f"a key that was deleted still counts: {answer}")
        self._write(self._admin.delete(f"{ROUTES}/{mine.id}"), 200)

    def stored_certificate(self):
        """Shown from the answer to its write on; replaced; gone."""
        path = f"{CERTIFICATES}/changing"
        for number, certificate in enumerate(self._stored_twins):
            entity = {"id": "changing", "chain": read(certificate.crt), "privateKey": read(certificate.key)}
            if number == 0:
                self._write(self._admin.post(CERTIFICATES, entity), 201)
            else:
                self._write(self._admin.put(path, entity), 200)
            if self._shown(self._stored_name) != certificate.fingerprint():
                raise AssertionError("another certificate is shown than the one that was stored")
        self._write(self._admin.delete(path), 200)

    def folder_certificate(self):
        """A file of the folder is replaced, with SIGHUP or without."""
        certificate = next(self._folder_twins)
        self._gateway.folder.put_certificate("changing", certificate)
        wait_until(lambda: self._shown(self._folder_name) == certificate.fingerprint(), "the changed file to be shown")

    def sighup(self):
        """The events file is taken away before, as log rotation does."""
        events = self._gateway.folder.file("events.jsonl")
        if os.path.exists(events):
            os.remove(events)
        self._gateway.sighup()

    def look(self):
        """What dashboards and the curious ask for."""
        metrics = Metrics(self._write(self._admin.get("/metrics"), 200).body.decode())
        if metrics.value("otoroshi_gateway_build_info") != 1:
            raise AssertionError("a scrape is incomplete")
        for path in (CONNECTIONS, *LISTS):
            self._write(self._admin.get(path), 200)

    def _shown(self, name):
        with connect_tls(self._tls_service, name, self._anyone) as client:
            return client.tls.getpeercert(binary_form=True)


def read(path):
    with open(path) as file:
        return file.read()
