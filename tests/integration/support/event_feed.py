"""The events of a gateway one by one, for stories that make thousands of connections."""

import json
import threading

from .waiting import wait_until


class EventFeed:
    """Gives the event of each connection to who asks for it by both ports of it; every event is read once."""

    def __init__(self, gateway):
        self._path = gateway.folder.file("events.jsonl")
        self._file, self._part, self._by_ports, self._lock = None, "", {}, threading.Lock()

    def of(self, ports):
        """Waits for the event of the connection with these ports, the client's first, and takes it out."""
        return wait_until(lambda: self._read_and_take(ports), f"the event of the connection {ports}")

    def rest(self):
        """The events that nobody has asked for."""
        with self._lock:
            self._read()
            return [event for events in self._by_ports.values() for event in events]

    def _read_and_take(self, ports):
        with self._lock:
            self._read()
            events = self._by_ports.get(ports)
            if not events:
                return None
            if len(events) == 1:
                del self._by_ports[ports]
            return events.pop(0)

    def _read(self):
        if not self._file:
            self._file = open(self._path)
        *lines, self._part = (self._part + self._file.read()).split("\n")
        for line in lines:
            event = json.loads(line)
            ports = tuple(int(event[end].rpartition(":")[2]) for end in ("remote", "local"))
            self._by_ports.setdefault(ports, []).append(event)
