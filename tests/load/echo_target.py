"""An echo for thousands of connections in one thread, in a process of its own: it has descriptors to itself.

Prints the port that it listens on.
"""

import select
import socket


def serve():
    listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
    print(listener.getsockname()[1], flush=True)
    poll, connections = select.epoll(), {}
    poll.register(listener, select.EPOLLIN)
    while True:
        for descriptor, _ in poll.poll():
            if descriptor == listener.fileno():
                connection = listener.accept()[0]
                connection.settimeout(10)  # of one that does not read its echo
                connections[connection.fileno()] = connection
                poll.register(connection, select.EPOLLIN)
            elif not echo(connections[descriptor]):
                connections.pop(descriptor).close()  # leaves the epoll set


def echo(connection):
    """Whether it goes on."""
    try:
        data = connection.recv(65536)
        connection.sendall(data)
        return bool(data)
    except OSError:
        return False


if __name__ == "__main__":
    serve()
