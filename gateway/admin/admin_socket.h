// One client's connection to the admin API, TCP or TLS, in the form that RESTinio wants of a stream. It ends
// a connection that takes too long in any state: RESTinio's own limits leave out the TLS handshake and
// upgrade requests, and cut a long answer by the time limit of the next request. Control thread only.
#pragma once

#include <asio/ip/tcp.hpp>
#include <asio/ssl/context.hpp>
#include <asio/ssl/stream.hpp>
#include <asio/steady_timer.hpp>
#include <asio/write.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "gateway/admin/admin_http.h"
#include "gateway/admin/body_intake.h"
#include "gateway/admin/fold_watch.h"

namespace otoroshi::gateway {

using AdminTls = std::shared_ptr<asio::ssl::context>;  // null: no TLS

class AdminSocket {
  struct Link;

 public:
  using Tcp = asio::ip::tcp::socket;
  using executor_type = Tcp::executor_type;

  // `place` is held until the connection is gone; `service` answers its requests.
  AdminSocket(Tcp socket, AdminTls tls, std::shared_ptr<void> place, AdminService& service)
      : link_(std::make_shared<Link>(std::move(socket), std::move(tls), std::move(place), service)) {}

  // The TLS handshake, if there is one: then calls done(error_code).
  template <class Done>
  void prepare(Done done);
  template <class Buffers, class Handler>
  void async_read_some(const Buffers& buffers, Handler&& handler);
  template <class Buffers, class Handler>
  void async_write_some(const Buffers& buffers, Handler&& handler);

  executor_type get_executor() { return link_->tcp.get_executor(); }
  bool is_open() const { return !link_->is_ending && link_->tcp.is_open(); }
  void cancel(std::error_code& error) { link_->tcp.cancel(error); }
  // RESTinio asks for it only just before close().
  void shutdown(Tcp::shutdown_type, std::error_code&) {}
  // RESTinio gives up in silence on what it cannot parse: here it is told so. What the client is still
  // sending is read for a moment, because closing with unread bytes would take the answer away from it.
  void close() { link_->end(); }

  void set_remote(std::string address) { link_->parsing.remote = std::move(address); }

  // Tells of a connection without holding it.
  class Watch {
   public:
    bool is_over() const { return link_.expired(); }
    // False: it is over, or an answer or a body that is kept is on its way.
    bool close_if_idle();

   private:
    friend AdminSocket;
    explicit Watch(std::weak_ptr<Link> link) : link_(std::move(link)) {}
    std::weak_ptr<Link> link_;
  };
  Watch watch() const { return Watch(link_); }

  // What the callbacks of the HTTP parser need to know of the connection whose bytes are parsed: they are
  // given nothing that leads there. Valid while a handler of that connection runs.
  struct Parsing {
    AdminService& service;
    executor_type executor;
    BodyIntake body = {};
    FoldWatch folds = {};
    bool wants_continue = false;  // the client waits for "100 Continue" before it sends the body
    bool is_unsent = false;       // the client may or may not send the body that it is not asked for
    bool owes_answer = false;     // none of which is being written yet
    bool is_last = false;         // the connection ends behind the answer
    bool is_reading = false;      // bytes that have come, just now or behind the request that was answered
    std::optional<AdminResponse> refusal = {};  // of the request that is read, and of the connection with it
    std::string remote = {};                    // the client's IP address
  };
  static Parsing& parsing() { return *current_; }

 private:
  class ParsingScope {
   public:
    explicit ParsingScope(Parsing& parsing) : previous_(std::exchange(current_, &parsing)) {}
    ~ParsingScope() { current_ = previous_; }
    ParsingScope(const ParsingScope&) = delete;
    ParsingScope& operator=(const ParsingScope&) = delete;

   private:
    Parsing* previous_;
  };

  // Shared with the handlers of what is under way.
  struct Link : std::enable_shared_from_this<Link> {
    Link(Tcp socket, AdminTls context, std::shared_ptr<void> connection_place, AdminService& service);

    void must_happen_within(std::chrono::steady_clock::duration limit);
    void has_read(std::size_t bytes);
    void send_continue();
    void end();
    void close();

    template <class Function>
    void with_stream(Function function) {
      if (tls) {
        function(*tls);
      } else {
        function(tcp);
      }
    }

    const std::shared_ptr<void> place;
    Tcp tcp;
    const AdminTls tls_context;
    std::optional<asio::ssl::stream<Tcp&>> tls;
    asio::steady_timer timer;
    bool is_writing = false;
    bool is_ending = false;
    Parsing parsing;

   private:
    void watch();
    void refuse();
    void drain();
    void drop_more();

    std::string refusal_;  // while it is written
    std::size_t dropped_ = 0;
  };

  static constexpr auto handshake_limit = std::chrono::seconds(10);
  static constexpr auto request_limit = std::chrono::seconds(60);  // also for the next request to begin
  static constexpr auto write_limit = std::chrono::seconds(30);    // for the next bytes to be taken

  static thread_local Parsing* current_;
  std::shared_ptr<Link> link_;
};

template <class Done>
void AdminSocket::prepare(Done done) {
  if (!link_->tls) {
    link_->must_happen_within(request_limit);
    return done(std::error_code());
  }
  link_->must_happen_within(handshake_limit);
  link_->tls->async_handshake(asio::ssl::stream_base::server,
                              [link = link_, done = std::move(done)](std::error_code error) mutable {
                                link->must_happen_within(request_limit);
                                done(error);
                              });
}

template <class Buffers, class Handler>
void AdminSocket::async_read_some(const Buffers& buffers, Handler&& handler) {
  link_->send_continue();
  link_->parsing.folds.bytes_go();
  link_->with_stream([&](auto& stream) {
    stream.async_read_some(buffers, [link = link_, buffer = *asio::buffer_sequence_begin(buffers),
                                     handler = std::forward<Handler>(handler)](std::error_code error,
                                                                               std::size_t bytes) mutable {
      const ParsingScope scope(link->parsing);
      link->has_read(bytes);
      link->parsing.is_reading = bytes > 0;
      const auto* begin = static_cast<const char*>(buffer.data());
      link->parsing.folds.bytes_come(begin, begin + bytes);
      handler(error, bytes);
      link->parsing.is_reading = false;
    });
  });
}

template <class Buffers, class Handler>
void AdminSocket::async_write_some(const Buffers& buffers, Handler&& handler) {
  link_->is_writing = true;
  link_->parsing.owes_answer = false;
  link_->must_happen_within(write_limit);
  link_->with_stream([&](auto& stream) {
    stream.async_write_some(buffers, [link = link_, handler = std::forward<Handler>(handler)](
                                         std::error_code error, std::size_t bytes) mutable {
      const ParsingScope scope(link->parsing);
      link->is_writing = false;
      link->must_happen_within(request_limit);
      link->parsing.is_reading = !error && !link->parsing.is_last;  // what waited for this answer
      handler(error, bytes);
      link->parsing.is_reading = false;
    });
  });
}

}  // namespace otoroshi::gateway
