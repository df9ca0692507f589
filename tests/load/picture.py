"""Curves over time as an SVG, written by hand: nothing to install, and small enough to be committed."""

WIDTH, PANEL, LEFT, RIGHT, TOP, GAP = 900, 170, 60, 20, 50, 56
COLOURS = ["#1b6ca8", "#c2571a", "#3a7d44", "#7a4ea3"]
MOST_POINTS = 400  # of a curve; what lies between two of them is shown by its highest value


def draw(title, panels):
    """`panels` by their heading: {name of a curve: [(minutes, value)]}."""
    height = TOP + len(panels) * (PANEL + GAP)
    end = max(points[-1][0] for curves in panels.values() for points in curves.values())
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
             'font-family="sans-serif" font-size="12">',
             f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
             f'<text x="{LEFT}" y="24" font-size="16">{title}</text>']
    for number, (heading, curves) in enumerate(panels.items()):
        parts += panel(TOP + 20 + number * (PANEL + GAP), heading, curves, end)
    return "\n".join([*parts, "</svg>", ""])


def panel(top, heading, curves, end):
    most = round_up(max(value for points in curves.values() for _, value in points))

    def x(minutes):
        return LEFT + minutes / end * (WIDTH - LEFT - RIGHT)

    def y(value):
        return top + PANEL - value / most * PANEL

    yield f'<text x="{LEFT}" y="{top - 8}" font-weight="bold">{heading}</text>'
    for step in range(5):
        value = most * step / 4
        yield (f'<path d="M{LEFT} {y(value):.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>'
               f'<text x="{LEFT - 6}" y="{y(value) + 4:.1f}" text-anchor="end">{value:g}</text>')
    for minutes in ticks(end):
        yield f'<text x="{x(minutes):.1f}" y="{top + PANEL + 16}" text-anchor="middle">{minutes:g} min</text>'
    for number, (name, points) in enumerate(curves.items()):
        colour = COLOURS[number]
        path = " ".join(f"{x(at):.1f},{y(value):.1f}" for at, value in thinned(points))
        yield f'<polyline fill="none" stroke="{colour}" stroke-width="1.5" points="{path}"/>'
        if len(curves) > 1:
            right = WIDTH - RIGHT - 190 * (len(curves) - 1 - number)
            yield f'<text x="{right}" y="{top - 8}" text-anchor="end" fill="{colour}">{name}</text>'


def round_up(value):
    """The next 1, 2, 4 or 8 times a power of ten, so that quarters of it are short numbers."""
    step = 1
    while step * 8 < value:
        step *= 10
    return next(step * factor for factor in (1, 2, 4, 8) if step * factor >= value)


def ticks(end):
    step = next((step for step in (0.1, 0.5, 1, 2, 5, 10, 20, 60) if end / step <= 10), 120)
    return [number * step for number in range(int(end / step) + 1)]


def thinned(points):
    size = -(-len(points) // MOST_POINTS)
    return [max(points[start:start + size], key=lambda point: point[1]) for start in range(0, len(points), size)]
