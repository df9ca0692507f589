"""A gateway with its admin API open, and a client for it that shares nothing with the programs under test."""

import base64
import http.client
import json
import ssl
import urllib.parse

from .gateway import Gateway, merged
from .limits import DEADLINE
from .ports import reserve_port
from .secrets import new_secret

ADMIN_ID = "admin"


class Answer:
    """`status`, `headers` (names as sent, looked up in any letter case), `body` as bytes."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def lines(self):
        """The objects of an ndjson body."""
        return [json.loads(line) for line in self.body.splitlines() if line.strip()]

    def __repr__(self):
        return f"<{self.status} {dict(self.headers)} {self.body[:2000]!r}>"


def basic(client_id, secret):
    """The value of an Authorization header."""
    return "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()


class AdminClient:
    """Asks the admin API at `url` ("http://127.0.0.1:8081"), one connection a request; `key` is (id, secret) or None.

    `body` is JSON (anything but text and bytes), text, or bytes. What is not JSON names its type in `content_type`.
    """

    def __init__(self, url, key=None, context=None):
        parts = urllib.parse.urlsplit(url)
        self.url, self.host, self.port = url, parts.hostname, parts.port
        self.key, self._context = key, context
        self._secure = parts.scheme == "https"

    def get(self, path, **options):
        return self.request("GET", path, **options)

    def post(self, path, body=None, **options):
        return self.request("POST", path, body, **options)

    def put(self, path, body=None, **options):
        return self.request("PUT", path, body, **options)

    def patch(self, path, body=None, **options):
        return self.request("PATCH", path, body, **options)

    def delete(self, path, body=None, **options):
        return self.request("DELETE", path, body, **options)

    def request(self, method, path, body=None, headers=None, content_type="application/json"):
        """`headers`: more of them; None as a value leaves out one that would be sent."""
        if body is not None and not isinstance(body, (str, bytes)):
            body = json.dumps(body)
        sent = self.authorization()
        sent |= {"Content-Type": content_type} if body is not None else {}
        sent = {name: value for name, value in (sent | (headers or {})).items() if value is not None}
        connection = self.connect()
        try:
            connection.request(method, path, body.encode() if isinstance(body, str) else body, sent)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def authorization(self):
        """The header with its key; empty without one."""
        return {"Authorization": basic(*self.key)} if self.key else {}

    def connect(self):
        """An http.client connection."""
        if self._secure:
            context = self._context or ssl.create_default_context()
            return http.client.HTTPSConnection(self.host, self.port, timeout=DEADLINE, context=context)
        return http.client.HTTPConnection(self.host, self.port, timeout=DEADLINE)

    def with_key(self, *key):
        """The same client with another key, or without any."""
        return AdminClient(self.url, key or None, self._context)


class AdminGateway(Gateway):
    """A gateway whose admin API is open: `admin` is its client. The key is in the settings.

    `admin`: more settings of that section; `files`: copies of these are in its folder, by name.
    """

    def __init__(self, *services, settings=None, admin=None, files=None, **options):
        self._files = files or {}
        self.admin_port = reserve_port()
        key = (ADMIN_ID, new_secret())
        own = {"admin": {"port": self.admin_port, "clientId": key[0], "clientSecret": key[1]} | (admin or {})}
        super().__init__(*services, settings=merged(own, settings or {}), **options)
        self.admin = AdminClient(f"http://127.0.0.1:{self.admin_port}", key)

    def _fill_folder(self):
        self.put_files(self._files)

    def put_files(self, files):
        for name, path in files.items():
            with open(path) as file:
                self.folder.write(name, file.read())
