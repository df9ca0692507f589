// A request to the admin API and its answer, as values: what answers knows nothing of sockets, and what
// speaks HTTP (admin_server.h) knows nothing of entities. (pure)
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace otoroshi::gateway {

using TextPairs = std::vector<std::pair<std::string, std::string>>;

struct AdminRequest {
  std::string method;             // "GET"
  std::string target;             // as it was sent, "/api/tcp/services?page=2": for sentences
  std::string path;               // without the query, percent-encoded as it was sent
  TextPairs query;                // decoded ("+" is a space), in order
  TextPairs headers;              // names in lower case
  std::string body;               // whole
  std::string remote;             // the client's IP address
  TextPairs path_parameters;      // decoded, by the pattern that matched: {"id", "tcp_service_1"}
  bool body_is_too_long = false;  // longer than AdminService::body_limit(); `body` is empty then

  // Fills target, path and query from a request line's target (RFC 9112 section 3.2). What of the query is no
  // percent-encoding stays as it was sent.
  void read_target(std::string_view text);

  // The first value; nullopt: there is none.
  std::optional<std::string_view> header(std::string_view lower_case_name) const;
  std::optional<std::string_view> parameter(std::string_view name) const;  // of the query
  std::string_view path_parameter(std::string_view name) const;            // "": there is none
};

struct AdminResponse {
  int status = 200;
  std::string body;
  std::string content_type = "application/json";
  TextPairs headers;  // besides Content-Type and Content-Length
};

// What answers. Lives on the control thread, and only there it is called.
class AdminService {
 public:
  using Done = std::function<void(AdminResponse)>;

  virtual ~AdminService() = default;

  // The size of body that is read into memory for `head`, a request whose body has not been read yet.
  virtual std::size_t body_limit(const AdminRequest& head) = 0;
  // Whether the answer is held back, so that nothing before it may tell what it will be.
  virtual bool answers_late(const AdminRequest& head) const = 0;
  // Calls `done` once: now, or later. Must not throw.
  virtual void answer(AdminRequest request, Done done) = 0;
};

}  // namespace otoroshi::gateway
