// What a client sent behind an urgent byte (the abort of telnet and FTP) stayed in the gateway until it sent
// more, and the urgent byte itself never reached the target.
#include <sys/socket.h>

#include <catch2/catch.hpp>
#include <string_view>

#include "common/net/tcp_stream.h"
#include "tests/support/conversation.h"
#include "tests/support/run_task.h"
#include "tests/support/tcp_pair.h"

using namespace otoroshi;
using namespace otoroshi::test;

TEST_CASE("an urgent byte is one of the stream, and nothing waits behind it") {
  for (const bool we_look_meanwhile : {false, true}) {
    CAPTURE(we_look_meanwhile);
    Worker worker;
    auto pair = connect_tcp_pair();
    TcpStream stream(worker, std::move(pair.near), Side::client);
    const auto send = [&](std::string_view text, int flags) {
      REQUIRE(::send(pair.far.get(), text.data(), text.size(), flags) == static_cast<ssize_t>(text.size()));
      if (we_look_meanwhile) handlers_until_idle(worker);
    };
    std::byte nothing{};
    CHECK(stream.try_read({&nothing, 1}).would_block());
    send("before", 0);
    send("!", MSG_OOB);
    send("behind", 0);

    Outcome<std::vector<std::byte>> received;
    start_task(receive(stream, std::string_view("before!behind").size()), received);
    handlers_until_idle(worker);
    CHECK(received.ended());
    stream.abort({ErrorCode::shut_down, Side::gateway, "the test is over"});
    REQUIRE(run_until(worker, [&] { return received.ended(); }));
    CHECK(text_of(*received.value) == "before!behind");
  }
}
