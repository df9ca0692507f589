// Universally unique identifiers of random bytes (RFC 9562 section 5.4, version 4). (pure)
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace otoroshi {

// "f47ac10b-58cc-4372-a567-0e02b2c3d479"; 6 of the 128 bits are the version's.
std::string uuid_of(std::span<const std::byte, 16> random);

}  // namespace otoroshi
