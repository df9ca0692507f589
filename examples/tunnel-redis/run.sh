#!/bin/bash
# redis-cli to a server that only the gateway reaches, by each access type. Needs redis and openssl.
set -eu
cd "$(dirname "$0")"
. ../support.sh

redis_port=$(free_port)
start redis redis-server --port "$redis_port" --bind 127.0.0.1 --save '' --dir "$folder"
wait_for_port "$redis_port"
start_gateway

for access in apikey bearer session public; do
  open_tunnel $access "$redis_port"
  ask=(redis-cli -p "$local_port")
  expect "redis-cli by $access" OK "$("${ask[@]}" set "greeting-$access" hello)"
  expect "redis-cli by $access" hello "$("${ask[@]}" get "greeting-$access")"

  start "subscriber-$access" stdbuf -oL "${ask[@]}" subscribe "news-$access"
  wait_for_line "subscriber-$access" '^subscribe$'
  redis-cli -p "$redis_port" publish "news-$access" 'it works' > "$folder/publish.log"
  wait_for_line "subscriber-$access" '^it works$'
  echo "a subscription by $access: it works"
done
