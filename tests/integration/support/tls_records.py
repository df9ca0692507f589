"""TLS 1.3 records by hand (RFC 8446 sections 5 and 7), to send what no TLS library sends.

The handshake is Python's; from then on this end's records are made here, by the secret that was logged.
"""

import ctypes
import ctypes.util
import hashlib
import hmac
import os
import struct
import tempfile

from .connection import TlsOverBio

ALERT, HANDSHAKE, APPLICATION_DATA = 21, 22, 23
NEW_SESSION_TICKET, KEY_UPDATE = 4, 24
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
        with open(self._path) as file:
            secrets = [line.split()[2] for line in file if line.startswith(label + " ")]
        os.remove(self._path)
        return bytes.fromhex(secrets[-1])


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


def client_records(connect, context):
    """A client's connection, made by `connect()` with this context, and what writes its records."""
    logged = LoggedSecrets(context)
    connection = connect()
    return connection, TlsRecords(connection, logged.take("CLIENT_TRAFFIC_SECRET_0"))


def server_records(sock, context):
    """The same for a server that has accepted `sock`."""
    context.num_tickets = 0
    logged = LoggedSecrets(context)
    connection = TlsOverBio(sock, context, server_side=True)
    return connection, TlsRecords(connection, logged.take("SERVER_TRAFFIC_SECRET_0"))


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
