"""Tries ways from a client to a target at all the places where one end may break off, and looks what is left behind.

A way has `name`, `try_it(events, then, **where)`, which is one conversation cut as told, `count` of them so far, and
`check()`, called once all have been tried.
"""

import concurrent.futures

from .cut import AT_ONCE, FOR_LONG, close, positions, reset
from .leaks import nothing_left_behind
from .limits import MIB


def break_off_everywhere(ways, *programs, events=None):
    """Breaks off at many positions of every way (with OTOROSHI_LONG at all); prints how often, and what it cost."""
    warm_up(ways, events)
    pool = concurrent.futures.ThreadPoolExecutor(len(ways))
    with nothing_left_behind(*programs, memory=16 * MIB) as growth, pool:
        list(pool.map(lambda way: _break_off(way, events), ways))
    over(ways, events, growth)


def _break_off(way, events):
    whole = way.try_it(events, None)
    way.marks = whole.socket.marks
    for then in AT_ONCE:
        for position in positions(way.marks):
            way.try_it(events, then, sent=position)
    for then in (reset, close):
        for position in positions([0, whole.socket.total_received]):
            way.try_it(events, then, received=position)
    way.check()


def stalls(whole):
    """All manners and places in which to stall, given a conversation that was not cut."""
    where = [{"sent": one} for one in positions(whole.socket.marks, every=7)]
    where += [{"received": one} for one in positions([0, whole.socket.total_received], every=7, samples=3)]
    return [(then, one) for then in FOR_LONG for one in where]


def warm_up(ways, events):
    """What is made once and kept."""
    for way in ways:
        for _ in range(20):
            way.try_it(events, None)


def over(ways, events, growth):
    """To be called at the end: they all still lead to their targets, and each conversation had one event."""
    for way in ways:
        way.try_it(events, None)
    if events and events.rest():
        raise AssertionError(f"more than one event of a connection: {events.rest()}")
    print(f"{sum(way.count for way in ways)} connections in {len(ways)} ways: {growth}", flush=True)
