"""Turns the results into Markdown."""

import datetime
import os
import pathlib
import platform
import statistics

import own_network
import works

TITLES = {"haproxy": "HAProxy", "haproxy64k": "HAProxy 64K", "tunnel-ws": "tunnel, ws",
          "tunnel-wss": "tunnel, wss"}
LOAD_BOUND = 0.95  # of a core; above it the number is the load generator's, not the proxy's
LOAD_BOUND_MARK = "†"


def machine() -> list[str]:
    processors = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(":", 1)[1].strip() for line in processors if line.startswith("model name")),
                 platform.machine())
    return [f"{model}, {os.cpu_count()} cores, Linux {platform.release()}, "
            f"TCP congestion control {own_network.congestion_control()}, "
            f"{datetime.date.today().isoformat()}, load average before the run {os.getloadavg()[0]:.2f}"]


def render(results: dict, versions: list[str], lookup_text: str, rounds: int) -> str:
    lines = ["### Machine and versions", "", *(f"- {line}" for line in versions),
             f"- {rounds} rounds (idle connections: at most 3); numbers and ratios are medians of the rounds"]
    for section in dict.fromkeys(work.section for work in results):
        chosen = {work: values for work, values in results.items() if work.section == section}
        lines += ["", f"### {section}", "", *table(chosen)]
    if lookup_text:
        lines += ["", "### Rule lookup", "", *lookup_table(lookup_text)]
    if any(LOAD_BOUND_MARK in line for line in lines):
        lines += ["", f"{LOAD_BOUND_MARK} The load's core was busy: the proxy could have done more."]
    return "\n".join(lines)


def table(results: dict) -> list[str]:
    names = [name for name in dict.fromkeys(name for values in results.values() for name in values)]
    goals = any(work.judged in names for work in results)
    header = ["Work", "Measure", *(TITLES.get(name, name) for name in names)]
    rule = ["---", "---", *("--:" for _ in names)]
    lines = [row(header + ["Ratio, goal"] * goals), row(rule + ["---"] * goals)]
    for work, values in results.items():
        for measure in work.measures:
            cells = [number(measure, values.get(name, [])) for name in names]
            judged = [verdicts(work, measure, values)] if goals else []
            lines.append(row([work.title, measure.label, *cells, *judged]))
    return lines


def lookup_table(text: str) -> list[str]:
    """`text` is lookup_bench's: a line of titles, then pattern, rules, three times in ns, and more, by columns."""
    lines = [row(["Patterns", "Rules", "matching µs", "never seen µs", "hostile, 253 bytes µs", "Goal"]),
             row(["---", "--:", "--:", "--:", "--:", "---"])]
    for line in text.strip().splitlines()[1:]:
        pattern, rules, *columns = line.rsplit(maxsplit=7)
        times = [float(nanoseconds) / 1000 for nanoseconds in columns[:3]]
        goal = works.lookup_goal(pattern)
        judged = f"{goal} µs: {verdict_word(goal, max(times))}" if int(rules) == works.MOST_RULES else ""
        escaped = pattern.strip().replace("|", "\\|")
        lines.append(row([f"`{escaped}`", f"{int(rules):,}", *(f"{time:.2f}" for time in times), judged]))
    return lines


def row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def number(measure: works.Measure, rounds: list[dict]) -> str:
    found = [measured[measure.key] for measured in rounds if measure.key in measured]
    if not found:
        return "—"
    busy = statistics.median(measured.get("load_busy", 0) for measured in rounds if measured)
    mark = LOAD_BOUND_MARK if busy > LOAD_BOUND and measure.key.endswith("per_second") else ""
    return f"{statistics.median(found):,.{measure.digits}f}{mark}"


def verdicts(work: works.Work, measure: works.Measure, values: dict[str, list[dict]]) -> str:
    return "; ".join(filter(None, (verdict(work, measure, goal, values) for goal in measure.goals)))


def verdict(work: works.Work, measure: works.Measure, goal: works.Goal, values: dict[str, list[dict]]) -> str:
    judged = values.get(work.judged, [])
    if goal.baseline is None:
        numbers = [mine[measure.key] for mine in judged if mine]
        shown = "{:.2f}"
    else:
        # Ratios within a round, then their median: what changed between the rounds falls out.
        numbers = [mine[measure.key] / theirs[measure.key]
                   for mine, theirs in zip(judged, values.get(goal.baseline, [])) if mine and theirs]
        shown = f"{{:.2f}} × {TITLES.get(goal.baseline, goal.baseline)}"
    if not numbers:
        return ""
    result = statistics.median(numbers)
    return f"{shown.format(result)}, goal {goal}: {verdict_word(goal, result)}"


def verdict_word(goal: works.Goal, result: float) -> str:
    return "met" if goal.met_by(result) else "**missed**"
