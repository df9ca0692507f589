// Names and secrets that nobody can guess, from OpenSSL's random numbers. Any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace otoroshi::gateway {

std::string new_id(std::string_view prefix);  // "tcp_service_" and a UUID
std::string random_text(std::size_t length);  // of lower-case letters and digits, 5.1 bits each

}  // namespace otoroshi::gateway
