#include "gateway/admin/body_intake.h"

namespace otoroshi::gateway {

void BodyIntake::begin(std::uint64_t announced, std::size_t limit) {
  limit_ = limit;
  received_ = 0;
  is_too_long_ = announced > limit;
}

bool BodyIntake::take(std::string_view piece, std::string& body) {
  received_ += piece.size();
  if (received_ > limit_) {
    is_too_long_ = true;
    std::string().swap(body);  // gives its memory back, which assigning "" does not
  }
  if (!is_too_long_) body.append(piece);
  return received_ <= dropped_at_most;
}

}  // namespace otoroshi::gateway
