// The kinds of entities that otoroshictl manages, by the names of the original client. (pure)
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "common/base/result.h"

namespace otoroshi::ctl {

enum class ColumnFormat : std::uint8_t {
  plain,  // texts, numbers, flags; a list of texts with commas, any other list as its length
  date,   // milliseconds since 1970
};

struct Column {
  std::string_view header;
  std::string_view path;  // in the entity's JSON: "frontend.domains"
  ColumnFormat format = ColumnFormat::plain;
};

struct ResourceKind {
  std::string_view plural;          // "tcp-services"
  std::string_view singular;        // "tcp-service"
  std::string_view kind;            // "TcpService"
  std::string_view group;           // "proxy.otoroshi.io"
  std::string_view path;            // of the classic API: "tcp/services"
  std::string_view section;         // in an export: "tcpServices"
  std::string_view id_field;        // "id"
  std::span<const Column> columns;  // of tables; none of them shows a secret
};

// In the order in which they are applied: what refers to others comes behind them.
std::span<const ResourceKind> resource_kinds();

// By any of its names, "tcp-services", "tcp-service", "TcpService" or "proxy.otoroshi.io/TcpService", in any
// letter case. Fails (bad_input) with all that there are, and a guess.
Result<const ResourceKind*> find_kind(std::string_view name);

// "/apis/proxy.otoroshi.io/v1/tcp-services", and the entity below it.
std::string path_of(const ResourceKind& kind);
std::string path_of(const ResourceKind& kind, std::string_view id);

// "proxy.otoroshi.io/TcpService": how an entity says of itself what it is.
std::string qualified_name(const ResourceKind& kind);

}  // namespace otoroshi::ctl
