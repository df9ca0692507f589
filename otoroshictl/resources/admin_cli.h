// The command line of the commands that manage a running gateway. (pure)
#pragma once

#include <CLI/CLI.hpp>
#include <array>
#include <string_view>

#include "otoroshictl/resources/admin_arguments.h"

namespace otoroshi::ctl {

// Options whose values other users of the machine must not see: the key, and entities with theirs.
inline constexpr std::array<std::string_view, 7> admin_secret_options = {
    "--client-id",     "--otoroshi-user-client-id",
    "--client-secret", "--otoroshi-user-client-secret",
    "--data",          "--merge",
    "--patch"};

// The commands, in `app` itself and, as the original client has them, below `resources`. What is parsed goes
// to `arguments`, which outlives `app`.
void add_admin_commands(CLI::App& app, AdminArguments& arguments);

}  // namespace otoroshi::ctl
