// Help in the layout of the original's (Rust's clap): each description on a line of its own.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace otoroshi::ctl {

class HelpFormatter final : public CLI::FormatterBase {
 public:
  // `name`: all that stands in front of the options, "otoroshictl tcp-tunnel".
  std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const override;
};

}  // namespace otoroshi::ctl
