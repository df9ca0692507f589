"""What the programs take, looked at every few seconds, and whether it grows."""

import threading
import time

KIB, MIB = 1 << 10, 1 << 20
WARM_UP = 1 / 3     # of the run; pools, caches and heaps fill meanwhile
MOST_GROWTH = 0.02  # of the memory, over the rest of the run: the line that fits best may rise so much


class Samples:
    """`series["gateway, MiB"]` is a list of (minutes, value). A context manager: samples from entering to leaving."""

    def __init__(self, world, interval):
        self._world, self._interval = world, interval
        self._over, self._thread = threading.Event(), threading.Thread(target=self._run, daemon=True)
        self._start = time.monotonic()
        self.memory = {name: [] for name in world.programs}
        self.descriptors = {name: [] for name in world.programs}
        self.connections = {"live connections of the gateway": []}
        self.failure = None

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()

    def _run(self):
        try:
            while not self._over.is_set():
                self._take()
                self._over.wait(self._interval)
        except Exception as error:  # a sampler that died must not look like a flat curve
            self.failure = repr(error)

    def _take(self):
        minutes = (time.monotonic() - self._start) / 60
        for name, program in self._world.programs.items():
            self.memory[name].append((minutes, program.rss() / MIB))
            self.descriptors[name].append((minutes, program.fd_count()))
        for points in self.connections.values():
            points.append((minutes, self._world.live_connections()))

    def grown(self):
        """The programs whose memory has grown more than it may, in sentences; and what was found of each."""
        found = {name: Growth(points) for name, points in self.memory.items()}
        return [f"{name}: {growth}" for name, growth in found.items() if growth.share > MOST_GROWTH], found


class Growth:
    """The line of least squares through a curve behind its warm-up."""

    def __init__(self, points):
        settled = points[int(len(points) * WARM_UP):]
        self.mean = sum(value for _, value in settled) / len(settled)
        middle = sum(at for at, _ in settled) / len(settled)
        spread = sum((at - middle) ** 2 for at, _ in settled)
        self.slope = sum((at - middle) * (value - self.mean) for at, value in settled) / spread if spread else 0.0
        self.share = self.slope * (settled[-1][0] - settled[0][0]) / self.mean

    def __str__(self):
        return f"{self.mean:.1f} MiB, {self.slope * KIB:+.2f} KiB a minute ({self.share:+.2%} over the last two thirds)"
