"""Prometheus' text format, read by hand: what the gateway says of itself."""

import re

_SAMPLE = re.compile(r'([a-z_]+)(?:\{(.*)\})? (\S+)')
_LABEL = re.compile(r'([a-z_]+)="((?:[^"\\]|\\.)*)"(?:,|$)')
_ESCAPES = {"\\\\": "\\", '\\"': '"', "\\n": "\n"}


class Metrics:
    """One scrape. `metrics.value("otoroshi_gateway_bytes_total", service="tcp_service_1", direction="in")`."""

    def __init__(self, text):
        self.text, self.types, self.samples = text, {}, []
        for line in text.split("\n"):
            if line.startswith("# TYPE "):
                name, kind = line.split()[2:]
                self.types[name] = kind
            elif line and not line.startswith("#"):
                name, labels, value = _SAMPLE.fullmatch(line).groups()
                self.samples.append((name, _labels_of(labels or ""), float(value)))

    def value(self, name, /, **labels):
        """The sum of all samples with these labels among theirs; 0 if there is none."""
        return sum(value for known, theirs, value in self.samples if known == name and labels.items() <= theirs.items())

    def values(self, name, label):
        """The samples of a name by the value of one of their labels."""
        return {labels[label]: value for known, labels, value in self.samples if known == name}


def _labels_of(text):
    labels, at = {}, 0
    while at < len(text):
        match = _LABEL.match(text, at)
        if not match:
            raise AssertionError(f"no labels: {text!r} at {at}")
        labels[match[1]] = re.sub(r'\\[\\"n]', lambda escape: _ESCAPES[escape[0]], match[2])
        at = match.end()
    return labels
