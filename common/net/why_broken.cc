#include "common/net/why_broken.h"

namespace otoroshi {

Error why_broken(Stream& stream, const Error& reset) {
  return stream.try_flush().error() ? stream.failure() : reset;
}

}  // namespace otoroshi
