"""What is measured of the tunnel: otoroshictl and the gateway together beside one plain hop, in the same rounds."""

from works import FOREIGN_TUNNELS, TUNNELS, Goal, Measure, Work, at_least, at_most, duration


def all_works(quick: bool) -> list[Work]:
    amount = ("--connections", "4", "--gib", "0.5" if quick else "2")
    return [
        work("bulk up", ("bulk-up", *amount), *bulk_measures(at_most(1.4))),
        # websockify drops what it still holds when the target closes.
        work("bulk down", ("bulk-down", *amount), *bulk_measures(at_most(0.8)),
             proxies=(*TUNNELS, "haproxy", "websocketd")),
        work("connections", ("connections", "--connections", "64", *duration(quick)),
             Measure("connections_per_second", "connections/s", 0, (at_least(0.6),)),
             *by_end("cpu_us_per_connection", "CPU µs per connection", 1)),
        work("round trips, one", ("round-trips", "--connections", "1", *duration(quick)),
             *trip_measures(p50=(at_most(1.35),))),
        work("round trips, 64 at once", ("round-trips", "--connections", "64", *duration(quick)),
             *trip_measures(rate=(at_least(0.8),))),
        work("idle connections", ("idle-memory", "--connections", "2000"),
             *by_end("kib_per_connection", "KiB per connection", 2, client=(at_most(6, None),),
                     server=(at_most(8, None),)),
             proxies=(*TUNNELS, "haproxy"), most_rounds=1 if quick else 3, fresh_process=True),
    ]


def work(title: str, arguments: tuple[str, ...], *measures: Measure,
         proxies=(*TUNNELS, "haproxy", *FOREIGN_TUNNELS), **more) -> Work:
    return Work("Tunnel", title, "plain", arguments, measures, proxies=proxies, **more)


def bulk_measures(cpu: Goal) -> tuple[Measure, ...]:
    return (*by_end("cpu_seconds_per_gib", "CPU s per GiB", 3, both=(cpu,)),
            Measure("gib_per_second", "GiB/s", 2))


def trip_measures(p50: tuple[Goal, ...] = (), rate: tuple[Goal, ...] = ()) -> tuple[Measure, ...]:
    return (Measure("p50_us", "p50 µs", 1, p50), Measure("trips_per_second", "trips/s", 0, rate),
            *by_end("cpu_us_per_trip", "CPU µs per trip", 2))


def by_end(key: str, label: str, digits: int, both: tuple[Goal, ...] = (), client: tuple[Goal, ...] = (),
           server: tuple[Goal, ...] = ()) -> tuple[Measure, ...]:
    """Both ends of the tunnel together, then each: the names of the processes in tunnels.py."""
    return (Measure(key, label, digits, both), Measure(f"client.{key}", "– its client", digits, client),
            Measure(f"server.{key}", "– its server end", digits, server))
