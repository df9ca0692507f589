#include "common/net/prefixed_stream.h"

#include <algorithm>
#include <cstring>

namespace otoroshi {

IoResult PrefixedStream::try_read(MutableBytes into) {
  if (prefix_.empty()) return under_->try_read(into);
  auto count = std::min(into.size(), prefix_.size() - delivered_);
  std::memcpy(into.data(), prefix_.data() + delivered_, count);
  delivered_ += count;
  if (delivered_ == prefix_.size()) std::vector<std::byte>().swap(prefix_);
  return IoResult::moved(count);
}

StreamPtr with_prefix(StreamPtr stream, std::vector<std::byte> prefix) {
  if (prefix.empty()) return stream;
  return std::make_unique<PrefixedStream>(std::move(stream), std::move(prefix));
}

}  // namespace otoroshi
