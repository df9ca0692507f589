#!/bin/bash
# Builds the gateway, then: a web server without TLS, a gateway that ends TLS in front of it and routes by name, and one
# request through both. Installs missing packages (Debian 12). Everything that it starts has ended when it ends.
set -eu
cd "$(dirname "$0")/.."
# shellcheck source=../scripts/packages.sh
. scripts/packages.sh

install_missing_packages "${build_packages[@]}" python3 curl openssl
# The load generator and the tests wait for tests/run.sh, in the same build folder.
if ! cmake --preset release -DOTOROSHI_TESTS=OFF > build.log 2>&1 || ! cmake --build --preset release >> build.log 2>&1; then
  cat build.log
  exit 1
fi
rm build.log

folder=$(mktemp -d)
started=()
end_all() {
  for process in "${started[@]}"; do kill "$process" 2> /dev/null || true; done
  wait
  rm -rf "$folder"
}
trap end_all EXIT

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}
# Until FILE holds TEXT; 10 s at the most.
wait_for_line() {
  for _ in $(seq 100); do
    grep -qs "$2" "$1" && return
    sleep 0.1
  done
  cat "$1"
  return 1
}

web_port=$(free_port)
tls_port=$(free_port)
mkdir "$folder/certs" "$folder/web"
echo 'Hello from behind the gateway.' > "$folder/web/index.html"
python3 -u -m http.server "$web_port" --bind 127.0.0.1 --directory "$folder/web" > "$folder/web.log" 2>&1 &
started+=($!)
wait_for_line "$folder/web.log" Serving

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=hello.test \
  -addext subjectAltName=DNS:hello.test -keyout "$folder/certs/hello.key" -out "$folder/certs/hello.crt" 2> /dev/null
cat > "$folder/services.json" << END
{"tcpServices": [{
  "id": "tcp_service_hello", "name": "hello", "interface": "127.0.0.1", "port": $tls_port,
  "tls": "Enabled", "sni": {"enabled": true},
  "rules": [{"domain": "*.test", "targets": [{"host": "127.0.0.1", "port": $web_port}]}]
}]}
END
echo '{"import": ["services.json"], "tunnel": {"port": 0}, "admin": {"port": 0}}' > "$folder/gateway.json"
build/release/bin/gateway --config "$folder/gateway.json" 2> "$folder/gateway.log" &
started+=($!)
wait_for_line "$folder/gateway.log" ready

answer=$(curl -sS --cacert "$folder/certs/hello.crt" --resolve "hello.test:$tls_port:127.0.0.1" "https://hello.test:$tls_port/")
refused=$(curl -sS --cacert "$folder/certs/hello.crt" --resolve "other.name:$tls_port:127.0.0.1" \
  "https://other.name:$tls_port/" 2>&1 || true)

cat << END
1. A web server (no TLS) ran on port $web_port, build/release/bin/gateway on port $tls_port with one TCP service for *.test.
2. curl https://hello.test:$tls_port/ went through it: "$answer"
3. curl https://other.name:$tls_port/ did not: "$refused"
4. Next: write a services.json of your own (README.md, "A first service") and look at it with gateway --check.
5. Then tests/run.sh passes all tests, and docs/configuration.md tells every setting.
END
