"""The proxies that the gateway is measured beside, as far as they are installed."""

import pathlib
import resource

import proxy

PROGRAMS = {"haproxy64k": "haproxy"}  # where the name is not the program's
TUNING = {"haproxy64k": "tune.bufsize 65536"}


class HaProxy(proxy.Proxy):
    def __init__(self, name, folder, certificate, core):
        super().__init__(name, folder, core)
        (self.folder / "haproxy.cfg").write_text(f"""
global
    nbthread 1
    maxconn {connection_limit()}
    {TUNING.get(name, "")}
defaults
    mode tcp
    timeout connect 5s
    timeout client 1h
    timeout server 1h
frontend plain
    bind 127.0.0.1:{self.ports["plain"]}
    default_backend target
frontend passthrough
    bind 127.0.0.1:{self.ports["passthrough"]}
    tcp-request inspect-delay 5s
    tcp-request content accept if {{ req_ssl_hello_type 1 }}
    use_backend target if {{ req_ssl_sni -i {proxy.SERVER_NAME.format(0)} }}
frontend terminate
    bind 127.0.0.1:{self.ports["terminate"]} ssl crt {certificate}
    default_backend target
backend target
    server target 127.0.0.1:{self.target_port}
""")

    def commands(self) -> dict[str, list]:
        return {"haproxy": ["haproxy", "-db", "-f", self.folder / "haproxy.cfg"]}

    def version(self) -> str:
        tuning = f" with {TUNING[self.name]}" if self.name in TUNING else ""
        return proxy.first_line(["haproxy", "-v"]).split(" - ")[0] + tuning


class Nginx(proxy.Proxy):
    def __init__(self, name, folder, certificate, core):
        super().__init__(name, folder, core)
        module = pathlib.Path("/usr/lib/nginx/modules/ngx_stream_module.so")  # Debian's; else it is built in
        (self.folder / "nginx.conf").write_text(f"""
{f"load_module {module};" if module.exists() else ""}
daemon off;
master_process off;
pid {self.folder}/nginx.pid;
events {{ worker_connections {2 * connection_limit()}; }}
stream {{
    map $ssl_preread_server_name $chosen {{ {proxy.SERVER_NAME.format(0)} 127.0.0.1:{self.target_port}; }}
    proxy_timeout 1h;
    server {{ listen 127.0.0.1:{self.ports["plain"]}; proxy_pass 127.0.0.1:{self.target_port}; }}
    server {{ listen 127.0.0.1:{self.ports["passthrough"]}; ssl_preread on; proxy_pass $chosen; }}
    server {{
        listen 127.0.0.1:{self.ports["terminate"]} ssl;
        ssl_protocols TLSv1.2 TLSv1.3;
        ssl_certificate {certificate};
        ssl_certificate_key {certificate};
        proxy_pass 127.0.0.1:{self.target_port};
    }}
}}
""")

    def commands(self) -> dict[str, list]:
        return {"nginx": ["nginx", "-p", self.folder, "-e", "stderr", "-c", self.folder / "nginx.conf"]}

    def version(self) -> str:
        return proxy.first_line(["nginx", "-v"]).replace("nginx version: ", "") + " (stream)"


def connection_limit() -> int:
    descriptors = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return min(20_000, (descriptors - 200) // 2)
