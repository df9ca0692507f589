#include "gateway/events/event_sink.h"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

using namespace otoroshi;
using namespace otoroshi::gateway;
namespace fs = std::filesystem;

namespace {

// A folder of its own that goes away with the test.
class Folder {
 public:
  Folder() {
    std::string name = fs::temp_directory_path() / "event_sink_XXXXXX";
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string file(const char* name) const { return path_ / name; }

 private:
  fs::path path_;
};

std::vector<std::string> lines_of(const std::string& file) {
  std::ifstream in(file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

TcpEvent numbered(std::uint64_t id) {
  TcpEvent event;
  event.id = id;
  return event;
}

std::string id_member(std::uint64_t id) {
  return "\"@id\":\"" + std::to_string(id) + '"';
}

}  // namespace

TEST_CASE("every event published before the sink goes away is one line of the file, in order") {
  Folder folder;
  auto file = folder.file("events");
  constexpr std::uint64_t count = 1000;
  {
    auto sink = EventSink::open(file);
    REQUIRE(sink);
    REQUIRE((*sink)->enabled());
    for (std::uint64_t id = 1; id <= count; ++id) (*sink)->publish(numbered(id));
  }
  auto lines = lines_of(file);
  REQUIRE(lines.size() == count);
  for (std::uint64_t id = 1; id <= count; ++id)
    REQUIRE(lines[id - 1].find(id_member(id)) != std::string::npos);
}

TEST_CASE("a file that exists is appended to") {
  Folder folder;
  auto file = folder.file("events");
  for (std::uint64_t id : {1, 2}) (*EventSink::open(file))->publish(numbered(id));
  REQUIRE(lines_of(file).size() == 2);
}

TEST_CASE("events come from many threads at once and none is cut or lost") {
  Folder folder;
  auto file = folder.file("events");
  {
    auto sink = EventSink::open(file);
    std::vector<std::jthread> threads;
    for (std::uint64_t thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&sink, thread] {
        for (std::uint64_t i = 0; i < 500; ++i) (*sink)->publish(numbered(thread * 1000 + i));
      });
    }
  }
  auto lines = lines_of(file);
  REQUIRE(lines.size() == 2000);
  for (const auto& line : lines) REQUIRE((line.front() == '{' && line.back() == '}'));
}

TEST_CASE("reopen() writes to a new file once the old one was moved away") {
  Folder folder;
  auto file = folder.file("events");
  {
    auto sink = EventSink::open(file);
    (*sink)->publish(numbered(1));
    fs::rename(file, file + ".1");
    REQUIRE((*sink)->reopen());
    (*sink)->publish(numbered(2));
  }
  // The first event may have been taken together with the new file; none is lost.
  auto before = lines_of(file + ".1"), after = lines_of(file);
  REQUIRE(before.size() + after.size() == 2);
  REQUIRE(after.back().find(id_member(2)) != std::string::npos);
}

TEST_CASE("reopen() that fails keeps the file in use") {
  Folder folder;
  fs::create_directory(folder.file("sub"));
  auto file = folder.file("sub/events"), moved = folder.file("moved");
  {
    auto sink = EventSink::open(file);
    fs::rename(file, moved);
    fs::remove(folder.file("sub"));
    auto reopened = (*sink)->reopen();
    REQUIRE_FALSE(reopened);
    REQUIRE(reopened.error().sentence.find(file) != std::string::npos);
    (*sink)->publish(numbered(7));
  }
  REQUIRE(lines_of(moved).size() == 1);
}

TEST_CASE("a full queue drops events, counts them and blocks nobody") {
  Folder folder;
  auto fifo = folder.file("fifo");
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  std::fstream reader(fifo, std::ios::in | std::ios::out);  // keeps the pipe open and never reads
  constexpr std::uint64_t count = 2000;
  auto sink = EventSink::open(fifo, 10);
  REQUIRE(sink);
  for (std::uint64_t id = 1; id <= count; ++id) (*sink)->publish(numbered(id));
  REQUIRE((*sink)->dropped() > 0);
  sink->reset();  // returns although nobody reads
}

TEST_CASE("a file that cannot be opened is an error that names it") {
  auto sink = EventSink::open("/nonexistent/events");
  REQUIRE_FALSE(sink);
  REQUIRE(sink.error().sentence.find("/nonexistent/events") != std::string::npos);
}

TEST_CASE("'none' takes events and does nothing") {
  auto sink = EventSink::open("none");
  REQUIRE(sink);
  REQUIRE_FALSE((*sink)->enabled());
  (*sink)->publish(numbered(1));
  REQUIRE((*sink)->dropped() == 0);
  REQUIRE((*sink)->reopen());
}
