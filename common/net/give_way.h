// Who goes first where threads share a core.
#pragma once

namespace otoroshi {

// The calling thread lets others of this process interrupt it: those that serve connections wake, do little
// and sleep again. `niceness` is added to its own. Where the machine forbids any of it, it fails in silence.
void give_way(int niceness);

}  // namespace otoroshi
