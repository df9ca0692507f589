#!/bin/bash
# Installs what is missing (Debian 12), builds and tests. Works from any directory and without .git.
#   tests/run.sh            all of: GCC optimised, ASan+UBSan, ThreadSanitizer, fuzz targets for some seconds each
#   tests/run.sh --release  only the named ones: --release --asan --tsan --fuzz
# Exit code 0 if every build and every test passed; all are run in any case. A second run builds nothing anew.
set -u
cd "$(dirname "$0")/.." || exit 1

test_packages=(
  clang-19 libclang-rt-19-dev catch2 libcpp-httplib-dev python3 python3-websockets postgresql postgresql-client redis-server redis-tools openssh-server openssh-client
  python3-yaml prometheus curl openssl sslscan testssl.sh systemd libseccomp2 netcat-openbsd iproute2 procps nodejs node-ws)

usage() {
  sed -n '2,5s/^# \{0,1\}//p' tests/run.sh
}

# shellcheck source=../scripts/packages.sh
. scripts/packages.sh

# One preset from nothing to its test summary. The sanitized builds leave out what only measures speed.
run_preset() {
  local preset=$1 again=()
  echo "== $preset: configure and build"
  cmake --preset "$preset" > "$logs/$preset.configure" 2>&1 || { cat "$logs/$preset.configure"; return 1; }
  cmake --build --preset "$preset" || return 1
  echo "== $preset: test"
  # A test that fails and then passes stands in the output as such; real peers on a busy machine deserve a second try.
  # What a fuzz target has found once is true, though it may not find it again.
  [ "$preset" = fuzz ] || again=(--repeat until-pass:2)
  ctest --test-dir "build/$preset" --parallel "$jobs" --output-on-failure --no-tests=error "${again[@]}" |
    tee "$logs/$preset.ctest"
  return "${PIPESTATUS[0]}"
}

summary_of() {
  local preset=$1
  if [ -f "$logs/$preset.ctest" ]; then
    sed -n '/tests passed/,$p' "$logs/$preset.ctest" | grep -v -e '^$' -e '^Errors while running'
  else
    echo "not built"
  fi
}

presets=()
for argument in "$@"; do
  case $argument in
    --release | --asan | --tsan | --fuzz) presets+=("${argument#--}") ;;
    --help | -h) usage; exit 0 ;;
    *) echo "tests/run.sh: unknown argument '$argument'" >&2; usage >&2; exit 2 ;;
  esac
done
[ ${#presets[@]} -eq 0 ] && presets=(release asan tsan fuzz)

install_missing_packages "${build_packages[@]}" "${test_packages[@]}" || exit 1
jobs=$(nproc)
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT

failed=()
for preset in "${presets[@]}"; do
  run_preset "$preset" || failed+=("$preset")
done

for preset in "${presets[@]}"; do
  echo "== $preset: summary"
  summary_of "$preset"
done
if [ ${#failed[@]} -gt 0 ]; then
  echo "FAILED: ${failed[*]}"
  exit 1
fi
echo "all passed: ${presets[*]}"
