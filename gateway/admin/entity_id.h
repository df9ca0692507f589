// What an id may be that a request brings. Ids of import files, and those that are stored, are not
// asked: they may be older. (pure)
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace otoroshi::gateway {

inline constexpr std::size_t longest_id = 250;  // bytes

// Why an entity cannot have this id; nullopt: it can.
std::optional<std::string> wrong_id(std::string_view id);

}  // namespace otoroshi::gateway
