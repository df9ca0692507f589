#!/bin/bash
# psql to a server that only the gateway reaches, by each access type. Needs postgresql and openssl.
set -eu
cd "$(dirname "$0")"
. ../support.sh

binaries=$(dirname "$(ls /usr/lib/postgresql/*/bin/postgres | tail -n 1)")
as_postgres=()
if [ "$(id -u)" -eq 0 ]; then # PostgreSQL does not run as root
  as_postgres=(setpriv --reuid postgres --regid postgres --init-groups)
  chmod 755 "$folder"
  mkdir "$folder/data"
  chown postgres "$folder/data"
fi
"${as_postgres[@]}" "$binaries/initdb" -D "$folder/data" -A trust -U postgres --no-sync > "$folder/initdb.log"
database_port=$(free_port)
start postgres "${as_postgres[@]}" "$binaries/postgres" -D "$folder/data" --port="$database_port" \
  --listen_addresses=127.0.0.1 --unix_socket_directories="$folder/data" --fsync=off
wait_for_line postgres 'ready to accept connections'
start_gateway

seq 100000 > "$folder/numbers"
for access in apikey bearer session public; do
  open_tunnel $access "$database_port"
  ask=(psql -h 127.0.0.1 -p "$local_port" -U postgres -qAt)
  "${ask[@]}" -c 'DROP TABLE IF EXISTS numbers' -c 'CREATE TABLE numbers (number int)' \
    -c "\\copy numbers from '$folder/numbers'" 2> "$folder/psql.log"
  expect "psql by $access" 5000050000 "$("${ask[@]}" -c 'SELECT sum(number) FROM numbers')"
done
