// The command line of `otoroshictl tcp-tunnel`. (pure)
#pragma once

#include <CLI/CLI.hpp>
#include <array>
#include <string_view>

#include "otoroshictl/tcp_tunnel/tunnel_options.h"

namespace otoroshi::ctl {

constexpr auto tunnel_command = "tcp-tunnel";

// Options whose values other users of the machine must not see.
inline constexpr std::array<std::string_view, 4> tunnel_secret_options = {
    "--apikey-client-id", "--apikey-client-secret", "--bearer-token", "--session-token"};

// What is parsed goes to `arguments` and `verbose`, which outlive `app`.
CLI::App& add_tunnel_command(CLI::App& app, TunnelArguments& arguments, bool& verbose);

}  // namespace otoroshi::ctl
