#!/bin/bash
# Mixed load: everything at once, every byte checked, memory sampled. After tests/run.sh has built the programs:
#   tests/load/run.sh MINUTES [--picture FILE.svg]
# With OTOROSHI_BIN: the folder of other builds of gateway and otoroshictl. Exit code 0 if all held.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
export OTOROSHI_BIN=${OTOROSHI_BIN:-$root/build/release/bin}
export PYTHONPATH=$root/tests/integration:$root/tests/load
exec /usr/bin/python3 -B "$root/tests/load/mixed.py" "$@"
