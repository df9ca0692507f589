#!/bin/bash
# Fuzzes every target, side by side on all cores, each for its share of the time. Works from any directory.
#   tests/fuzz/run.sh MINUTES         MINUTES are for all targets together, e.g. 60
#   tests/fuzz/run.sh MINUTES NAME…   only these, e.g. jwt client_hello
# Installs and builds what is missing. Inputs that reach code which no seed reaches become seeds in tests/fuzz/corpus/NAME,
# to be committed. Exit code 1 if a property did not hold: the lines at the end say how to repeat it.
set -u
cd "$(dirname "$0")/../.." || exit 1

usage() {
  sed -n '3,4s/^# \{0,1\}//p' tests/fuzz/run.sh
}

wrong_usage() {
  echo "tests/fuzz/run.sh: $1" >&2
  usage >&2
  exit 2
}

# shellcheck source=../../scripts/packages.sh
. scripts/packages.sh

# One target, until its time is over or a property does not hold; then what reaches code that no seed reaches.
fuzz() {
  local name=$1 work=build/fuzz/tests/fuzz/$1 program=build/fuzz/bin/$1_fuzz
  local bounds=("${options[@]}" "-artifact_prefix=$work/")
  mkdir -p "$work/found"
  "$program" -max_total_time="$seconds" "${bounds[@]}" -print_final_stats=1 \
    "$work/found" "tests/fuzz/corpus/$name" > "$logs/$name" 2>&1
  echo $? > "$logs/$name.status"
  # The fewest inputs, and by edges alone: how often each is passed would make ten times as many seeds.
  "$program" -set_cover_merge=1 -use_counters=0 "${bounds[@]}" "tests/fuzz/corpus/$name" "$work/found" > "$logs/$name.merge" 2>&1
  report "$name"
}

has_failed() {
  [ "$(cat "$logs/$1.status")" -ne 0 ]
}

# "jwt    123456 runs   3 new seeds   ok"
report() {
  local name=$1 runs new verdict=ok
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$logs/$name")
  new=$(sed -n 's/^MERGE-OUTER: \([0-9]*\) new files.*/\1/p' "$logs/$name.merge")
  has_failed "$name" && verdict=FAILED
  printf '%-18s %10s runs %4s new seeds   %s\n' "$name" "${runs:-0}" "${new:-0}" "$verdict"
}

how_to_repeat() {
  local name=$1 input
  input=$(sed -n 's/.*Test unit written to //p' "$logs/$name" | head -1)
  echo "== $name"
  grep -m 1 -e 'the property does not hold' -e ': Assertion ' -e 'ERROR: ' -e 'runtime error: ' "$logs/$name" || tail -3 "$logs/$name"
  [ -z "$input" ] || echo "   repeat it: build/fuzz/bin/${name}_fuzz $input"
}

[ $# -ge 1 ] || wrong_usage "how many MINUTES?"
minutes=$1
shift
[[ $minutes =~ ^[1-9][0-9]{0,3}$ ]] || wrong_usage "MINUTES is a whole number from 1, not '$minutes'"
names=("$@")
if [ $# -eq 0 ]; then
  mapfile -t names < <(cd tests/fuzz && printf '%s\n' *_fuzz.cc | sed 's/_fuzz\.cc$//')
fi
for name in "${names[@]}"; do
  [ -f "tests/fuzz/${name}_fuzz.cc" ] || wrong_usage "there is no tests/fuzz/${name}_fuzz.cc"
done

install_missing_packages "${build_packages[@]}" clang-19 libclang-rt-19-dev || exit 1
{ cmake --preset fuzz > /dev/null && cmake --build --preset fuzz; } || exit 1

cores=$(nproc)
[ "$cores" -le ${#names[@]} ] || cores=${#names[@]}
seconds=$((minutes * 60 * cores / ${#names[@]}))
# Seconds for one input: so many that a busy machine is not taken for an endless loop.
options=(-timeout=60 -rss_limit_mb=2048 -max_len=2048)
ASAN_OPTIONS=external_symbolizer_path=$(command -v addr2line)
export ASAN_OPTIONS
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
echo "${#names[@]} targets, $cores at once, $seconds seconds each"

for name in "${names[@]}"; do
  while [ "$(jobs -rp | wc -l)" -ge "$cores" ]; do wait -n; done
  fuzz "$name" &
done
wait

status=0
for name in "${names[@]}"; do
  has_failed "$name" || continue
  how_to_repeat "$name"
  status=1
done
exit $status
