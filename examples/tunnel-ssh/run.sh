#!/bin/bash
# ssh and scp to an sshd that only the gateway reaches, by each access type. Needs openssh-server and openssl.
set -eu
cd "$(dirname "$0")"
. ../support.sh

for name in host_key client_key; do ssh-keygen -q -t ed25519 -N '' -f "$folder/$name"; done
cp "$folder/client_key.pub" "$folder/authorized_keys"
echo "* $(cat "$folder/host_key.pub")" > "$folder/known_hosts"
ssh_port=$(free_port)
cat > "$folder/sshd_config" << END
Port $ssh_port
ListenAddress 127.0.0.1
HostKey $folder/host_key
AuthorizedKeysFile $folder/authorized_keys
StrictModes no
UsePAM no
PidFile none
PermitRootLogin prohibit-password
Subsystem sftp internal-sftp
END
if [ "$(id -u)" -eq 0 ]; then mkdir -p /run/sshd; fi
start sshd /usr/sbin/sshd -D -e -f "$folder/sshd_config"
wait_for_line sshd 'Server listening'
start_gateway

options=(-F none -i "$folder/client_key" -o UserKnownHostsFile="$folder/known_hosts" -o BatchMode=yes)
head -c 1000000 /dev/urandom > "$folder/file"
for access in apikey bearer session public; do
  open_tunnel $access "$ssh_port"
  expect "ssh by $access" hello "$(ssh "${options[@]}" -p "$local_port" 127.0.0.1 echo hello)"
  scp -q "${options[@]}" -P "$local_port" "$folder/file" "127.0.0.1:$folder/copy-$access"
  cmp "$folder/file" "$folder/copy-$access"
done

# The same without a local port: one connection on stdin and stdout, as a Host entry of ~/.ssh/config would have it.
proxy="$programs/otoroshictl tcp-tunnel --stdio --host 127.0.0.5:$tunnel_port --access-type public"
proxy="$proxy --remote-host 127.0.0.1 --remote-port $ssh_port"
expect "ssh with ProxyCommand" hello "$(ssh "${options[@]}" -o ProxyCommand="$proxy" behind echo hello)"
