# For sourcing by the run.sh of an example, whose folder is the working directory: a gateway with the example's
# config.json, and tunnels by each access type. What is started here ends with the script, by its process id.

programs=${OTOROSHI_BIN:-../../build/release/bin}
if [ ! -x "$programs/gateway" ] || [ ! -x "$programs/otoroshictl" ]; then
  echo "$programs has no gateway and otoroshictl: build them (examples/quickstart.sh does), or set OTOROSHI_BIN" >&2
  exit 1
fi
folder=$(mktemp -d)
started=()

end_all() {
  local status=$? process
  for process in "${started[@]}"; do kill "$process" 2> /dev/null || true; done
  wait
  if [ $status -ne 0 ]; then tail -n 20 "$folder"/*.log; fi
  rm -rf "$folder"
}
trap end_all EXIT

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# start LOG COMMAND...: in the background; its output is for LOG.
start() {
  local log=$folder/$1.log
  shift
  "$@" > "$log" 2>&1 &
  started+=($!)
}

# Until a line of LOG matches PATTERN; 30 s at the most.
wait_for_line() {
  for _ in $(seq 300); do
    grep -qsE "$2" "$folder/$1.log" && return
    sleep 0.1
  done
  echo "waited 30 s for '$2' in $1.log" >&2
  return 1
}

# Until something listens on PORT; 30 s at the most.
wait_for_port() {
  for _ in $(seq 300); do
    (exec 3<> "/dev/tcp/127.0.0.1/$1") 2> /dev/null && return
    sleep 0.1
  done
  echo "waited 30 s for port $1" >&2
  return 1
}

start_gateway() {
  tunnel_port=$(free_port)
  # Without the admin API: nothing here needs it, and examples may run side by side.
  start gateway env GATEWAY_TUNNEL_PORT="$tunnel_port" GATEWAY_ADMIN_PORT=0 GATEWAY_DATA_DIR="$folder/data" \
    "$programs/gateway" --config config.json
  wait_for_line gateway ready
}

base64url() {
  openssl base64 -A | tr '+/' '-_' | tr -d '='
}

# A JWT that the example's verifier believes for ten minutes. An issuer of tokens would make it.
example_token() {
  local content
  content=$(printf '{"alg":"HS256","typ":"JWT"}' | base64url).$(
    printf '{"iss":"examples","sub":"jane","exp":%d}' $(($(date +%s) + 600)) | base64url)
  echo "$content.$(printf %s "$content" | openssl dgst -sha256 -hmac example-verifier-secret -binary | base64url)"
}

# The token of the example's session: hex(HMAC-SHA256(secret of the gateway, id))::id. Logging in would show it.
example_session_token() {
  local id=example-session
  echo "$(printf %s $id | openssl dgst -sha256 -hmac example-gateway-secret -r | cut -d ' ' -f 1)::$id"
}

# open_tunnel ACCESS_TYPE REMOTE_PORT: sets local_port. The gateway's routes have an address for every access type.
open_tunnel() {
  local address credentials=()
  case $1 in
    apikey) address=127.0.0.2 credentials=(--apikey-client-id example --apikey-client-secret example-key-secret) ;;
    bearer) address=127.0.0.3 credentials=(--bearer-token "$(example_token)") ;;
    session) address=127.0.0.4 credentials=(--session-token "$(example_session_token)") ;;
    public) address=127.0.0.5 ;;
  esac
  start "tunnel-$1" "$programs/otoroshictl" tcp-tunnel --host "$address:$tunnel_port" --access-type "$1" \
    "${credentials[@]}" --remote-host 127.0.0.1 --remote-port "$2" --local-port 0
  wait_for_line "tunnel-$1" ready
  local_port=$(sed -nE 's/.* listening on [^ ]*:([0-9]+) .*/\1/p' "$folder/tunnel-$1.log")
}

# expect WHAT WANTED GOT
expect() {
  if [ "$2" != "$3" ]; then
    echo "$1: expected '$2', got '$3'" >&2
    return 1
  fi
  echo "$1: $3"
}
