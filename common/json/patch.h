// Changes of JSON documents that are JSON documents themselves, in the three forms that the admin API takes.
// Nothing here changes its arguments: the answer is a new document. Both documents come from parse_json(),
// which bounds their nesting. (pure)
//
// Patches come from strangers. Whatever they say, a new document is never nested deeper than max_json_depth,
// and time and memory are bounded by the sizes of the two documents and the limits below.
#pragma once

#include <cstddef>
#include <expected>

#include "common/base/result.h"
#include "common/json/parse.h"

namespace otoroshi {

struct PatchLimits {
  std::size_t operations = 10'000;
  // Of the new document as text; and of all that the operations put into it together, even if it is taken out
  // again: "copy" could double a document sixty times.
  std::size_t bytes = 4 << 20;
};

// JSON Patch (RFC 6902): a list of add, remove, replace, move, copy and test, all of which are done or none.
// Fails with every operation that is ill-formed, else with the first that does not fit the document; the
// paths of the problems lead into `operations`: "/2/path". Removing the whole document is refused.
std::expected<JsonDocument, Problems> apply_json_patch(const JsonValue& target, const JsonValue& operations,
                                                       const PatchLimits& limits = {});

// JSON Merge Patch (RFC 7396): the fields of `patch` replace those of `target`, null removes one. Whatever a
// merge patch is, it fits; the new document is no larger than both together.
JsonDocument merge_patched(const JsonValue& target, const JsonValue& patch);

// Otoroshi's own form (application/json+oto-patch): [{"path": "rules.0.domain", "value": ...}, ...]. Each
// sets one value, done in order, all or none. A number stands for an element where the document has a list
// (one beyond the last appends), and objects on the way that are not there are made. Fields whose names hold
// a dot cannot be told. Fails as apply_json_patch() does.
std::expected<JsonDocument, Problems> apply_dotted_patch(const JsonValue& target, const JsonValue& changes,
                                                         const PatchLimits& limits = {});

}  // namespace otoroshi
