// What a server or a file says, made safe to be shown on a terminal. (pure)
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace otoroshi::ctl {

enum class LineBreaks : std::uint8_t { escaped, kept };

// Control characters (C0, DEL, C1) and bytes that are no UTF-8 become "\xNN", so that no text moves the
// cursor or renames the window. With `kept`, line breaks and tabs stay.
std::string terminal_text(std::string_view text, LineBreaks breaks = LineBreaks::escaped);

}  // namespace otoroshi::ctl
