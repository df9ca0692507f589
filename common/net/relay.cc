#include "common/net/relay.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <memory>
#include <vector>

#include "common/net/tcp_stream.h"
#include "common/net/why_broken.h"

namespace otoroshi {
namespace {

using namespace std::chrono_literals;

// What was read from a source before it broke is still written out, but a sink that does not move gets no
// longer.
constexpr auto last_words_limit = 2s;
// A pump gives the other connections of its worker a turn after so many rounds without a wait.
constexpr unsigned rounds_in_a_row = 16;
// The first reads of a flow, and those after its sink was full, take no more than this; while all goes
// through, each may take twice as much, up to the whole scratch memory: few large reads halve the CPU of bulk
// over TLS (fewer wake-ups of both peers), and a sink that stops finds little to be held for it.
constexpr std::size_t first_read = 64 * 1024;
// A read that is full but for so many bytes is full: the rest were the heads of frames.
constexpr std::size_t heads_among_bytes = 256;
// So many bulky reads in a row, and the pump goes on with splice(2).
constexpr unsigned bulky_reads_before_splice = 3;
constexpr std::size_t bulky_read = 32 * 1024;
// So many small splices in a row, and it copies again.
constexpr unsigned small_splices_before_copying = 3;
constexpr std::uint64_t small_splice = 4 * 1024;

// What the two pumps of a connection share.
struct Connection {
  Worker& worker;
  Stream& client;
  Stream& target;
  RelayOptions options;
  std::optional<Error> failure;
  WaitSlot direction_ended;  // for the pump of the other one, which now has more to watch

  void fail(const Error& why) {
    if (failure) return;
    failure = why;
    client.abort(why);
    target.abort(why);
  }
};

// One end of the connection: its stream, and what the relay tells of it.
struct End {
  Stream& stream;
  Side side;
  std::uint64_t& bytes;  // that came from there
  bool& ended;           // it has ended its direction, and the other end has been told
};

class Pump {
 public:
  Pump(Connection& connection, End source, End sink)
      : connection_(connection),
        source_(source.stream),
        sink_(sink.stream),
        source_side_(source.side),
        sink_side_(sink.side),
        bytes_(source.bytes),
        ended_(source.ended),
        other_ended_(sink.ended) {}

  // Never throws; after a failure both streams are aborted.
  Task<> run() {
    try {
      co_await carry();
    } catch (const std::exception& problem) {  // no memory: bytes may be lost, so no clean end
      connection_.fail(
          {ErrorCode::limit, Side::gateway, std::string("the relay could not go on: ") + problem.what()});
    }
  }

 private:
  enum class Outcome { done, source_empty, sink_full, ended, failed };

  Task<> carry() {
    auto outcome = Outcome::done;
    for (unsigned rounds = 0; outcome != Outcome::ended;) {
      outcome = Outcome::source_empty;
      if (worth_splicing()) outcome = co_await splice_until_pause();
      // Only a read can tell that there is nothing: splice(2) also stops in front of an urgent byte.
      if (outcome == Outcome::source_empty) outcome = copy_once();
      if (outcome == Outcome::sink_full) outcome = co_await drain();
      if (outcome == Outcome::failed) co_return;
      bool slept = false;
      if (outcome == Outcome::source_empty) {
        slept = co_await sleep_until([this](Waiter& waiter) { arm_for_reading(waiter); });
        if (other_ended_ && sink_.is_broken()) co_return connection_.fail(why_broken(sink_, sink_side_));
      }
      if (slept) {
        rounds = 0;
      } else if (++rounds ==
                 rounds_in_a_row) {  // also for a source that wakes us for bytes that mean nothing
        rounds = 0;
        co_await connection_.worker.yield();
      }
    }
    co_await pass_on_the_end();
  }

  bool worth_splicing() {
    return connection_.options.splice && bulky_reads_ >= bulky_reads_before_splice && sink_.raw_sink() >= 0 &&
           source_.raw_source().limit > 0;
  }

  void arm_for_reading(Waiter& waiter) {
    source_.arm_readable(waiter);
    // As long as the other pump reads the sink, it is the one that sees it break.
    if (other_ended_) {
      sink_.arm_broken(waiter);
    } else {
      waiter.sleep_on(connection_.direction_ended);
    }
  }

  void arm_for_writing(Waiter& waiter) {
    sink_.arm_writable(waiter);
    if (!last_words_) source_.arm_broken(waiter);
  }

  Outcome failed(const Error& why) {
    connection_.fail(why);
    return Outcome::failed;
  }

  Outcome copy_once() {
    auto scratch = connection_.worker.scratch();
    scratch = scratch.first(std::min(read_size_, scratch.size()));
    auto got = source_.try_read(scratch);
    if (got.would_block()) return Outcome::source_empty;
    if (got.end()) return Outcome::ended;
    if (got.error()) return failed(source_.failure());
    bulky_reads_ = got.bytes >= bulky_read ? bulky_reads_ + 1 : 0;
    if (got.bytes > scratch.size() - heads_among_bytes)
      read_size_ = std::min(2 * read_size_, connection_.worker.scratch().size());
    return push(scratch.first(got.bytes));
  }

  // Writes and flushes as much as the sink takes; what is left is kept in held_.
  Outcome push(Bytes bytes) {
    while (!bytes.empty()) {
      auto put = sink_.try_write(bytes);
      if (put.error()) return failed(sink_.failure());
      if (put.would_block()) {
        held_.assign(bytes.begin(), bytes.end());
        return Outcome::sink_full;
      }
      bytes_ += put.bytes;
      bytes = bytes.subspan(put.bytes);
    }
    return flush();
  }

  Outcome flush() {
    auto flushed = sink_.try_flush();
    if (flushed.error()) return failed(sink_.failure());
    return flushed.would_block() ? Outcome::sink_full : Outcome::done;
  }

  // Until the sink has taken everything that is held.
  Task<Outcome> drain() {
    read_size_ = first_read;
    std::size_t written = 0;
    for (;;) {
      while (written < held_.size()) {
        auto put = sink_.try_write(Bytes(held_).subspan(written));
        if (put.error()) co_return failed(sink_.failure());
        if (put.would_block()) break;
        bytes_ += put.bytes;
        written += put.bytes;
      }
      auto outcome = Outcome::sink_full;
      if (written == held_.size()) outcome = flush();
      if (outcome != Outcome::sink_full) {
        std::vector<std::byte>().swap(held_);
        co_return outcome;
      }
      bool slept = co_await sleep_until([this](Waiter& waiter) { arm_for_writing(waiter); });
      if (!slept) co_await connection_.worker.yield();
      notice_broken_source();
    }
  }

  void notice_broken_source() {
    if (last_words_ || !source_.is_broken()) return;
    last_words_ =
        std::make_unique<LastWords>(connection_, last_words_limit, why_broken(source_, source_side_));
  }

  static Error why_broken(Stream& stream, Side side) {
    return otoroshi::why_broken(stream, socket_error(side, ECONNRESET));
  }

  Task<> pass_on_the_end() {
    for (;;) {
      auto finish = sink_.try_finish();
      if (finish.error()) co_return connection_.fail(sink_.failure());
      if (finish.done()) break;
      co_await sleep_until([this](Waiter& waiter) { arm_for_writing(waiter); });
      notice_broken_source();
    }
    ended_ = true;
    // Nobody reads the sink any more, who would see that its peer has not waited for this end.
    if (other_ended_ && sink_.is_broken()) co_return connection_.fail(why_broken(sink_, sink_side_));
    connection_.direction_ended.ring();
  }

  // Moves bytes through a pipe until the source has none for the moment, or has none that may be spliced
  // (done: go on by copying), or a side failed.
  Task<Outcome> splice_until_pause() {
    auto pipe = connection_.worker.pipes().borrow();
    if (!pipe) {
      bulky_reads_ = 0;
      co_return Outcome::done;
    }
    for (unsigned rounds = 0;;) {
      auto raw = source_.raw_source();
      if (raw.limit == 0) co_return Outcome::done;
      auto want = std::min<std::uint64_t>(raw.limit, PipePool::pipe_size);
      auto in =
          ::splice(raw.fd, nullptr, pipe->write_end(), nullptr, want, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
      if (in < 0 && errno == EAGAIN) co_return Outcome::source_empty;
      if (in < 0) co_return failed(socket_error(source_side_, errno));
      if (in == 0) {  // the end: a read says so in the stream's own words
        bulky_reads_ = 0;
        co_return Outcome::done;
      }
      auto moved = static_cast<std::uint64_t>(in);
      pipe->add(moved);
      source_.raw_moved(moved, 0);
      auto outcome = co_await empty_pipe(*pipe);
      if (outcome == Outcome::failed) co_return outcome;
      small_splices_ = moved < small_splice ? small_splices_ + 1 : 0;
      if (small_splices_ == small_splices_before_copying) {
        bulky_reads_ = small_splices_ = 0;
        co_return Outcome::done;
      }
      if (++rounds == rounds_in_a_row) {
        rounds = 0;
        co_await connection_.worker.yield();
      }
    }
  }

  Task<Outcome> empty_pipe(Pipe& pipe) {
    while (true) {
      auto begun = sink_.begin_raw(pipe.held());
      if (begun.error()) co_return failed(sink_.failure());
      if (begun.done()) break;
      co_await sleep_until([this](Waiter& waiter) { arm_for_writing(waiter); });
      notice_broken_source();
    }
    while (pipe.held() > 0) {
      auto sink = sink_.raw_sink();
      if (sink < 0) co_return failed(sink_.failure());
      auto out =
          ::splice(pipe.read_end(), nullptr, sink, nullptr, pipe.held(), SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
      if (out > 0) {
        auto moved = static_cast<std::uint64_t>(out);
        pipe.remove(moved);
        bytes_ += moved;
        sink_.raw_moved(0, moved);
      } else if (out < 0 && errno == EAGAIN) {
        sink_.raw_sink_blocked();
        co_await sleep_until([this](Waiter& waiter) { arm_for_writing(waiter); });
        notice_broken_source();
      } else {
        co_return failed(socket_error(sink_side_, out < 0 ? errno : EPIPE));
      }
    }
    co_return Outcome::done;
  }

  // Ends the connection when the sink does not take the last words of a broken source in time.
  class LastWords final : public TimerQueue::Entry {
   public:
    LastWords(Connection& connection, Clock::duration limit, Error why)
        : Entry(connection.worker.timers()), connection_(connection), why_(std::move(why)) {
      start(limit);
    }

   private:
    void expire() override { connection_.fail(why_); }
    Connection& connection_;
    Error why_;
  };

  Connection& connection_;
  Stream& source_;
  Stream& sink_;
  const Side source_side_;
  const Side sink_side_;
  std::uint64_t& bytes_;
  bool& ended_;
  const bool& other_ended_;
  std::size_t read_size_ = first_read;
  unsigned bulky_reads_ = 0;
  unsigned small_splices_ = 0;
  std::vector<std::byte> held_;
  std::unique_ptr<LastWords> last_words_;
};

}  // namespace

Task<std::optional<Error>> relay(Worker& worker, Stream& client, Stream& target, RelayProgress& progress,
                                 RelayOptions options) {
  Connection connection{worker, client, target, options, std::nullopt, {}};
  End client_end{client, Side::client, progress.bytes_from_client, progress.client_ended};
  End target_end{target, Side::target, progress.bytes_from_target, progress.target_ended};
  Pump upwards(connection, client_end, target_end);
  Pump downwards(connection, target_end, client_end);
  auto up = upwards.run();
  auto down = downwards.run();
  co_await both(std::move(up), std::move(down));
  co_return std::move(connection.failure);
}

}  // namespace otoroshi
