"""Threads that do one thing after the other until they are told to stop; what went wrong is counted, and ends the run
with a failure, but not the thread."""

import threading
import traceback


class Actors:
    """`add("bulk", act)`: a thread that calls `act()` again and again, with a pause of `pause` seconds in between."""

    def __init__(self):
        self.stop = threading.Event()
        self.done = {}      # by name: how often it was done
        self.failures = []  # (name, what happened)
        self._threads, self._lock = [], threading.Lock()

    def add(self, name, act, *, count=1, pause=0.0):
        self.done.setdefault(name, 0)
        for _ in range(count):
            self._threads.append(threading.Thread(target=self._run, args=(name, act, pause), daemon=True))

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        for thread in self._threads:
            thread.join()

    def _run(self, name, act, pause):
        while not self.stop.is_set():
            try:
                act()
                with self._lock:
                    self.done[name] += 1
            except Exception:  # whatever it is, the run has failed
                with self._lock:
                    self.failures.append((name, traceback.format_exc()))
            self.stop.wait(pause)
