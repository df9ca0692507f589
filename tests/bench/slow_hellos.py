"""A flood of clients that never finish their first message: each sends one byte of a ClientHello a second.

    slow_hellos.py PORT CONNECTIONS SECONDS [SERVER_NAME]

Whoever is thrown out comes again at once. Prints JSON: how many were open at most, how many times one was thrown out.
"""

import json
import resource
import socket
import ssl
import sys
import time

BYTES_A_SECOND = 1


def main():
    port, count, seconds, *name = sys.argv[1:]
    hello = client_hello(name[0] if name else "host000000.bench.test")
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    begin, most, thrown_out = time.monotonic(), 0, 0
    clients = []  # [socket, bytes sent]
    while (at := time.monotonic()) < begin + float(seconds):
        clients += [[connect(int(port)), 0] for _ in range(int(count) - len(clients))]
        most = max(most, len(clients))
        alive = [client for client in clients if send_one_byte(client, hello)]
        thrown_out += len(clients) - len(alive)
        clients = alive
        time.sleep(max(0, at + 1 / BYTES_A_SECOND - time.monotonic()))
    print(json.dumps({"connections": most, "thrown_out": thrown_out}))


def connect(port):
    client = socket.socket()
    client.setblocking(False)
    client.connect_ex(("127.0.0.1", port))
    return client


def send_one_byte(client, hello):
    """Whether it is still wanted; the last byte is never sent."""
    sock, sent = client
    try:
        if sent < len(hello) - 1:
            client[1] += sock.send(hello[sent:sent + 1])
        return sock.recv(1000) is None
    except BlockingIOError:
        return True
    except OSError:
        pass
    sock.close()
    return False


def client_hello(name):
    context, wire = ssl.create_default_context(), ssl.MemoryBIO()
    client = context.wrap_bio(ssl.MemoryBIO(), wire, server_hostname=name)
    try:
        client.do_handshake()
    except ssl.SSLWantReadError:
        pass
    return wire.read()


if __name__ == "__main__":
    main()
