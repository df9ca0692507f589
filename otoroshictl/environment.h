// The environment of the process as a function, so that the parts that ask it stay pure.
#pragma once

#include <functional>
#include <string>

namespace otoroshi::ctl {

// The value of a variable; "": it is not set.
using Environment = std::function<std::string(const std::string& name)>;

}  // namespace otoroshi::ctl
