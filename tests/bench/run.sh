#!/bin/sh
# Measures the gateway beside HAProxy and nginx and prints the tables of docs/benchmarks.md. --help: options.
exec python3 -B "$(dirname "$0")/bench.py" "$@"
