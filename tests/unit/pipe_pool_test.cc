#include "common/net/pipe_pool.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <vector>

using otoroshi::Pipe;
using otoroshi::PipePool;

namespace {

bool is_open(int fd) {
  return ::fcntl(fd, F_GETFD) >= 0;
}

}  // namespace

TEST_CASE("a borrowed pipe has the size that splicing wants, does not block and is not inherited") {
  PipePool pool;
  auto pipe = pool.borrow();
  REQUIRE(pipe);
  CHECK(::fcntl(pipe->write_end(), F_GETPIPE_SZ) == static_cast<int>(PipePool::pipe_size));
  for (int end : {pipe->read_end(), pipe->write_end()}) {
    CHECK((::fcntl(end, F_GETFL) & O_NONBLOCK));
    CHECK((::fcntl(end, F_GETFD) & FD_CLOEXEC));
  }
  CHECK(pipe->held() == 0);
}

TEST_CASE("an empty pipe comes back and is lent again; one that holds bytes is closed") {
  PipePool pool;
  int first = pool.borrow()->read_end();
  REQUIRE(is_open(first));
  {
    auto again = pool.borrow();
    CHECK(again->read_end() == first);
    auto another = pool.borrow();
    CHECK(another->read_end() != first);

    REQUIRE(::write(again->write_end(), "x", 1) == 1);
    again->add(3);
    again->remove(2);
    CHECK(again->held() == 1);
  }
  CHECK_FALSE(is_open(first));
}

TEST_CASE("a pipe that is moved comes back once") {
  PipePool pool;
  auto pipe = pool.borrow();
  int end = pipe->read_end();
  {
    Pipe moved = std::move(*pipe);
    CHECK(moved.read_end() == end);
  }
  pipe.reset();
  auto again = pool.borrow();
  auto another = pool.borrow();
  CHECK(again->read_end() == end);
  CHECK(another->read_end() != end);
}

TEST_CASE("the pool closes what lies in it, and lends and keeps no more than it may") {
  std::vector<int> ends;
  {
    PipePool pool;
    std::vector<Pipe> lent;
    for (std::size_t i = 0; i < PipePool::lent_at_most; ++i) {
      auto pipe = pool.borrow();
      REQUIRE(pipe.has_value());
      ends.push_back(pipe->read_end());
      lent.push_back(std::move(*pipe));
    }
    CHECK_FALSE(pool.borrow().has_value());  // the flow that asks copies
    lent.pop_back();
    CHECK(pool.borrow().has_value());
    lent.clear();
    auto kept = std::count_if(ends.begin(), ends.end(), is_open);
    CHECK(kept > 0);
    CHECK(kept < static_cast<long>(PipePool::lent_at_most));
  }
  for (int end : ends) CHECK_FALSE(is_open(end));
}
