// Names that the commands of otoroshictl have in common.
#pragma once

namespace otoroshi::ctl {

constexpr auto standard_group = "Options";
constexpr auto verbose_names = "-v,--verbose";
constexpr auto verbose_doc = "Log more";
constexpr auto help_names = "-h,--help";
constexpr auto help_doc = "Print help";

}  // namespace otoroshi::ctl
