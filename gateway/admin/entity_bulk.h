// Many changes of entities of one kind in one request: one JSON document a line, and as many lines of results
// (facts C6).
#pragma once

#include <cstddef>
#include <cstdint>

#include "gateway/admin/entity_answers.h"
#include "gateway/admin/entity_backend.h"

namespace otoroshi::gateway {

inline constexpr std::size_t max_bulk_bytes = 64 * 1024 * 1024;
inline constexpr std::size_t max_bulk_lines = 100'000;

enum class BulkVerb : std::uint8_t { create, replace, patch, remove };

// The lines that are good alone are done by one change, for that is as much work as a single one. If it is
// refused, those that the refusal names are left out, or else the lines are tried by halves, until it is
// clear which ones are to blame. Lines are done in order; a good one is done whatever comes of the others.
AdminResponse bulk_answer(const AdminRequest& request, BulkVerb verb, const EntityResource& resource,
                          const EntityBackend& backend, ApiFamily family);

}  // namespace otoroshi::gateway
