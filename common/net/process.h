// What both programs do to their process before anything else.
#pragma once

#include <cstddef>
#include <cstdint>

namespace otoroshi {

// splice(2) raises SIGPIPE and has no flag against it. First thing in main().
void ignore_sigpipe();

// A parent may have closed stdin, stdout or stderr: the next descriptor that is opened would get its number,
// and be read and written for it. Takes the numbers, in a way that every use of them fails. Before anything
// is opened.
void occupy_standard_streams();

// Raises the soft limit of open descriptors to the hard one; returns the limit that is in force.
std::uint64_t raise_descriptor_limit();

// How many connections of two sockets each that leaves room for, beside `reserve` descriptors: for files,
// listeners, pipes, and a third socket while two addresses race. Where there are few descriptors, connections
// still get a quarter of them, and pipes do without (bulk is copied then). At least one.
std::size_t connections_within(std::uint64_t descriptors, std::uint64_t reserve);

}  // namespace otoroshi
