# For sourcing: installs Debian packages that are missing. Nothing happens, and no root is needed, if all are there.

build_packages=(
  g++ cmake ninja-build ccache pkg-config libasio-dev libssl-dev rapidjson-dev libcli11-dev libre2-dev libspdlog-dev
  libfmt-dev libwebsocketpp-dev libhttp-parser-dev librestinio-dev libcjose-dev libjansson-dev libsqlite3-dev
  libyaml-cpp-dev)

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo > /dev/null; then
    sudo "$@"
  else
    echo "packages are missing; run this as root, install sudo, or install: ${missing[*]}" >&2
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
  mapfile -t missing < <(missing_packages "$@")
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
