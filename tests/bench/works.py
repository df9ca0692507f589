"""What is measured, and the goals."""

import dataclasses

PROXIES = ["gateway", "haproxy", "haproxy64k", "nginx"]
TUNNELS = ["tunnel-ws", "tunnel-wss"]
FOREIGN_TUNNELS = ["websockify", "websocketd"]
ALL_PROXIES = PROXIES + TUNNELS + FOREIGN_TUNNELS
MOST_RULES = 10_000
RULE_COUNTS = {"10 rules": 10, "10,000 rules": MOST_RULES}


@dataclasses.dataclass(frozen=True)
class Goal:
    """`value` bounds the ratio judged / baseline, or the judged proxy's own number if there is no baseline."""
    value: float
    at_most: bool
    baseline: str | None = None

    def met_by(self, number: float) -> bool:
        return number <= self.value if self.at_most else number >= self.value

    def __str__(self) -> str:
        return f"{'≤' if self.at_most else '≥'} {self.value:g}{' ×' if self.baseline else ''}"


@dataclasses.dataclass(frozen=True)
class Measure:
    key: str  # in the load generator's JSON
    label: str
    digits: int  # after the decimal point
    goals: tuple[Goal, ...] = ()


@dataclasses.dataclass(frozen=True)
class Work:
    section: str
    title: str
    mode: str  # plain | passthrough | terminate
    arguments: tuple[str, ...]  # of the load generator
    measures: tuple[Measure, ...]
    proxies: tuple[str, ...] = ("gateway", "haproxy", "nginx")
    most_rounds: int = 1000
    fresh_process: bool = False

    @property
    def judged(self) -> str:
        """The first of the proxies that is no baseline: the gateway, or its tunnel over ws."""
        baselines = {goal.baseline for measure in self.measures for goal in measure.goals}
        return next(name for name in self.proxies if name not in baselines)


MODES = {"plain": "plain", "passthrough": "PassThrough+SNI", "terminate": "TLS termination"}


def at_most(value: float, baseline: str | None = "haproxy") -> Goal:
    return Goal(value, at_most=True, baseline=baseline)


def at_least(value: float, baseline: str | None = "haproxy") -> Goal:
    return Goal(value, at_most=False, baseline=baseline)


def all_works(quick: bool) -> list[Work]:
    return bulk(quick) + connections(quick) + round_trips(quick) + idle_memory(quick)


def bulk(quick: bool) -> list[Work]:
    cpu = (at_most(0.45), at_most(0.6, "haproxy64k"))
    speed = (at_least(1.2), at_least(0.9, "haproxy64k"))
    goals = {"plain": (cpu, speed), "passthrough": (cpu, speed), "terminate": ((at_most(0.85),), ())}
    return [Work("Bulk", f"{title}, {direction}", mode,
                 (f"bulk-{direction}", "--connections", "4", "--gib", "0.75" if quick else "3"),
                 (Measure("cpu_seconds_per_gib", "CPU s per GiB", 3, goals[mode][0]),
                  Measure("gib_per_second", "GiB/s", 2, goals[mode][1])),
                 proxies=tuple(PROXIES))
            for mode, title in MODES.items() for direction in ("up", "down")]


def connections(quick: bool) -> list[Work]:
    goals = {"plain": at_least(1.0), "passthrough": at_least(1.0), "terminate": at_least(0.95)}
    return [Work("Connections", title, mode, ("connections", "--connections", "64", *duration(quick)),
                 connection_measures(goals[mode]))
            for mode, title in MODES.items()]


def connection_measures(goal: Goal) -> tuple[Measure, ...]:
    return (Measure("connections_per_second", "connections/s", 0, (goal,)),
            Measure("cpu_us_per_connection", "CPU µs per connection", 1))


def round_trips(quick: bool) -> list[Work]:
    return [Work("Round trips", f"{title}, {count} at once" if count > 1 else f"{title}, one", mode,
                 ("round-trips", "--connections", str(count), *duration(quick)),
                 (Measure("p50_us", "p50 µs", 1, (at_most(1.05),)), Measure("p99_us", "p99 µs", 1),
                  Measure("cpu_us_per_trip", "CPU µs per trip", 2),
                  Measure("trips_per_second", "trips/s", 0)))
            for mode, title in MODES.items() for count in (1, 64)]


def idle_memory(quick: bool) -> list[Work]:
    most = {"plain": 4, "passthrough": 4, "terminate": 18}
    return [Work("Idle connections", title, mode, ("idle-memory", "--connections", "2000"),
                 (Measure("kib_per_connection", "KiB per connection", 2, (at_most(most[mode], None),)),),
                 most_rounds=1 if quick else 3, fresh_process=True)
            for mode, title in MODES.items()]


def rule_count_work(quick: bool) -> Work:
    """The gateway beside itself with a thousand times the rules; clients use all the names in turn."""
    return Work("Connections by number of rules", "PassThrough+SNI", "passthrough",
                ("connections", "--connections", "64", *duration(quick)),
                connection_measures(at_least(0.95, "10 rules")), proxies=tuple(RULE_COUNTS))


def lookup_goal(pattern: str) -> Goal:
    """In microseconds. Names, wildcards (all that do not look like a regular expression) and `.*text.*` are fast."""
    text = pattern.strip().removeprefix(".*").removesuffix(".*")
    return at_most(50 if any(character in text for character in "\\^$()[]|+?") else 5, None)


def duration(quick: bool) -> tuple[str, str]:
    return "--seconds", "0.5" if quick else "1.5"
