"""TLS records by hand (RFC 8446 sections 5 and 7, RFC 5246 section 6), to send what no TLS library sends.

The handshake is Python's; from then on this end's records are made here, by the secret that was logged.
"""

import ctypes
import ctypes.util
import hashlib
import hmac
import os
import ssl
import struct
import tempfile

from .connection import TlsOverBio

CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE, APPLICATION_DATA = 20, 21, 22, 23
HELLO_REQUEST, CLIENT_HELLO, NEW_SESSION_TICKET, KEY_UPDATE = 0, 1, 4, 24
_TLS_1_2_CIPHER = "ECDHE-ECDSA-AES256-GCM-SHA384"
_CIPHER, _HASH, _SECRET_SIZE, _TAG_SIZE = "TLS_AES_256_GCM_SHA384", hashlib.sha384, 48, 16
_GET_TAG = 0x10  # EVP_CTRL_AEAD_GET_TAG
_crypto = ctypes.CDLL(ctypes.util.find_library("crypto"))
for _name in ("EVP_CIPHER_CTX_new", "EVP_aes_256_gcm"):
    getattr(_crypto, _name).restype = ctypes.c_void_p


class LoggedSecrets:
    """A context writes the secrets of its next connection here."""

    def __init__(self, context):
        descriptor, self._path = tempfile.mkstemp(prefix="otoroshi-test-secrets-")
        os.close(descriptor)
        context.keylog_filename = self._path

    def take(self, label):
        """The secret, and the ClientHello's random that it belongs to."""
        with open(self._path) as file:
            _, random, secret = [line.split() for line in file if line.startswith(label + " ")][-1]
        os.remove(self._path)
        return bytes.fromhex(secret), bytes.fromhex(random)


class TlsRecords:
    """What one end of a connection says, record by record; its context must not send tickets of its own."""

    def __init__(self, connection, secret):
        if connection.tls.cipher()[0] != _CIPHER:
            raise AssertionError(f"the cipher is {connection.tls.cipher()}")
        self._send = connection.socket.sendall
        self._use(secret)

    def send(self, content, kind=APPLICATION_DATA, *, padding=0, count=1):
        """The same record so often, in one go."""
        self._send(b"".join(self.record(content, kind, padding) for _ in range(count)))

    def key_updates(self, count, *, ask=False):
        """So many KeyUpdates, each followed by the new key that it promises."""
        records = b""
        for _ in range(count):
            records += self.record(bytes([KEY_UPDATE, 0, 0, 1, ask]), HANDSHAKE)
            self._use(_expand_label(self._secret, b"traffic upd", _SECRET_SIZE))
        self._send(records)

    def tickets(self, count, size):
        """NewSessionTickets (section 4.6.1) of a server."""
        for number in range(count):
            ticket = struct.pack(">IIB", 7200, number, 8) + struct.pack(">Q", number)
            ticket += struct.pack(">H", size) + os.urandom(size) + b"\0\0"
            message = bytes([NEW_SESSION_TICKET]) + len(ticket).to_bytes(3, "big") + ticket
            for start in range(0, len(message), 16384):
                self.send(message[start:start + 16384], HANDSHAKE)

    def record(self, content, kind, padding=0):
        inner = content + bytes([kind]) + bytes(padding)
        head = struct.pack(">BHH", 23, 0x0303, len(inner) + _TAG_SIZE)
        nonce = (int.from_bytes(self._iv, "big") ^ self._number).to_bytes(12, "big")
        self._number += 1
        return head + _seal(self._key, nonce, head, inner)

    def _use(self, secret):
        self._secret, self._number = secret, 0
        self._key, self._iv = _expand_label(secret, b"key", 32), _expand_label(secret, b"iv", 12)


class Tls12Records:
    """The same for TLS 1.2 with AES-256-GCM (RFC 5288); `server_random` is from its ServerHello."""

    def __init__(self, connection, master_secret, client_random, server_random, is_client):
        if connection.tls.cipher()[0] != _TLS_1_2_CIPHER:
            raise AssertionError(f"the cipher is {connection.tls.cipher()}")
        self._send = connection.socket.sendall
        keys = _prf(master_secret, b"key expansion" + server_random + client_random, 72)
        self._key, self._salt = (keys[:32], keys[64:68]) if is_client else (keys[32:64], keys[68:72])
        self._number = 1  # Finished was the first

    def send(self, content, kind=APPLICATION_DATA, *, count=1):
        self._send(b"".join(self.record(content, kind) for _ in range(count)))

    def record(self, content, kind):
        number = struct.pack(">Q", self._number)
        self._number += 1
        authenticated = number + struct.pack(">BHH", kind, 0x0303, len(content))
        sealed = number + _seal(self._key, self._salt + number, authenticated, content)
        return struct.pack(">BHH", kind, 0x0303, len(sealed)) + sealed


class _Recorder:
    """A socket that keeps the first bytes that pass it in one direction."""

    def __init__(self, sock):
        self._socket, self.received, self.sent = sock, b"", b""

    def __getattr__(self, name):
        return getattr(self._socket, name)

    def recv(self, limit):
        data = self._socket.recv(limit)
        self.received += data
        return data

    def sendall(self, data):
        self.sent += bytes(data[:1000])
        self._socket.sendall(data)


def _random_of_server_hello(records):
    return records[11:43]  # behind the heads of record and message, and the version


def client_records_1_2(connect, context):
    """Like client_records; `connect(wrap)` takes what wraps its socket, `context` allows TLS 1.2 only."""
    logged, seen = LoggedSecrets(context), []
    connection = connect(lambda sock: seen.append(_Recorder(sock)) or seen[0])
    server_random = _random_of_server_hello(seen[0].received)
    return connection, Tls12Records(connection, *logged.take("CLIENT_RANDOM"), server_random, is_client=True)


def server_records_1_2(sock, context):
    """Like server_records."""
    context.options |= ssl.OP_NO_TICKET
    logged, recorder = LoggedSecrets(context), _Recorder(sock)
    connection = TlsOverBio(recorder, context, server_side=True)
    server_random = _random_of_server_hello(recorder.sent)
    return connection, Tls12Records(connection, *logged.take("CLIENT_RANDOM"), server_random, is_client=False)


def client_records(connect, context):
    """A client's connection, made by `connect()` with this context, and what writes its records."""
    logged = LoggedSecrets(context)
    connection = connect()
    return connection, TlsRecords(connection, logged.take("CLIENT_TRAFFIC_SECRET_0")[0])


def server_records(sock, context):
    """The same for a server that has accepted `sock`."""
    context.num_tickets = 0
    logged = LoggedSecrets(context)
    connection = TlsOverBio(sock, context, server_side=True)
    return connection, TlsRecords(connection, logged.take("SERVER_TRAFFIC_SECRET_0")[0])


def _prf(secret, seed, size):
    """RFC 5246 section 5."""
    result, chain = b"", seed
    while len(result) < size:
        chain = hmac.new(secret, chain, _HASH).digest()
        result += hmac.new(secret, chain + seed, _HASH).digest()
    return result[:size]


def _expand_label(secret, label, size):
    info = struct.pack(">HB", size, 6 + len(label)) + b"tls13 " + label + b"\0"
    return hmac.new(secret, info + b"\x01", _HASH).digest()[:size]


def _seal(key, nonce, head, plain):
    context = ctypes.c_void_p(_crypto.EVP_CIPHER_CTX_new())
    sealed, tag, size = ctypes.create_string_buffer(len(plain) + 16), ctypes.create_string_buffer(16), ctypes.c_int()
    _crypto.EVP_EncryptInit_ex(context, ctypes.c_void_p(_crypto.EVP_aes_256_gcm()), None, key, nonce)
    _crypto.EVP_EncryptUpdate(context, None, ctypes.byref(size), head, len(head))
    _crypto.EVP_EncryptUpdate(context, sealed, ctypes.byref(size), plain, len(plain))
    _crypto.EVP_EncryptFinal_ex(context, None, ctypes.byref(size))
    _crypto.EVP_CIPHER_CTX_ctrl(context, _GET_TAG, _TAG_SIZE, tag)
    _crypto.EVP_CIPHER_CTX_free(context)
    return sealed.raw[:len(plain)] + tag.raw
