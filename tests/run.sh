#!/bin/bash
# Installs what is missing (Debian 12), builds and tests. Works from any directory and without .git.
#   tests/run.sh            all of: GCC optimised, ASan+UBSan, ThreadSanitizer
#   tests/run.sh --release  only the named ones: --release --asan --tsan
# Exit code 0 if every build and every test passed; all are run in any case. A second run builds nothing anew.
set -u
cd "$(dirname "$0")/.." || exit 1

build_packages=(
  g++ clang-19 libclang-rt-19-dev cmake ninja-build ccache pkg-config
  libasio-dev libssl-dev rapidjson-dev libcli11-dev catch2 libre2-dev libspdlog-dev libfmt-dev libwebsocketpp-dev)
test_packages=(
  python3 python3-websockets postgresql postgresql-client redis-server redis-tools openssh-server openssh-client
  curl openssl netcat-openbsd iproute2 procps)

usage() {
  sed -n '2,5s/^# \{0,1\}//p' tests/run.sh
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo > /dev/null; then
    sudo "$@"
  else
    echo "tests/run.sh: packages are missing; run it as root, install sudo, or install: ${missing[*]}" >&2
    return 1
  fi
}

missing_packages() {
  local package
  for package in "$@"; do
    dpkg-query -W -f '${db:Status-Status}' "$package" 2> /dev/null | grep -qx installed || echo "$package"
  done
}

# Debian's postgresql makes a cluster of its own and starts it; the tests bring their own.
prevent_postgresql_cluster() {
  as_root mkdir -p /etc/postgresql-common &&
    echo 'create_main_cluster = false' | as_root tee /etc/postgresql-common/createcluster.conf > /dev/null
}

install_missing_packages() {
  mapfile -t missing < <(missing_packages "${build_packages[@]}" "${test_packages[@]}")
  [ ${#missing[@]} -eq 0 ] && return
  echo "installing: ${missing[*]}"
  case " ${missing[*]} " in *" postgresql "*) prevent_postgresql_cluster || return ;; esac
  # No service that comes with a package is started (policy-rc.d, exit code 101: "action forbidden").
  local policy=/usr/sbin/policy-rc.d own_policy=
  if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' | as_root tee $policy > /dev/null && as_root chmod +x $policy && own_policy=yes
  fi
  as_root apt-get update -qq &&
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
      -o Dpkg::Options::=--force-confold "${missing[@]}"
  local status=$?
  [ -n "$own_policy" ] && as_root rm -f $policy
  return $status
}

# One preset from nothing to its test summary. The sanitized builds leave out what only measures speed.
run_preset() {
  local preset=$1 log
  echo "== $preset: configure and build"
  cmake --preset "$preset" > "$logs/$preset.configure" 2>&1 || { cat "$logs/$preset.configure"; return 1; }
  cmake --build --preset "$preset" || return 1
  echo "== $preset: test"
  ctest --test-dir "build/$preset" --parallel "$jobs" --output-on-failure --no-tests=error |
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
    --release | --asan | --tsan) presets+=("${argument#--}") ;;
    --help | -h) usage; exit 0 ;;
    *) echo "tests/run.sh: unknown argument '$argument'" >&2; usage >&2; exit 2 ;;
  esac
done
[ ${#presets[@]} -eq 0 ] && presets=(release asan tsan)

install_missing_packages || exit 1
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
