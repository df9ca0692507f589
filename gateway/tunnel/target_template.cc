#include "gateway/tunnel/target_template.h"

#include <algorithm>

#include "common/text/ascii.h"
#include "common/text/host_port.h"
#include "common/text/quoted.h"
#include "common/tunnel/protocol.h"

namespace otoroshi::gateway {
namespace {

std::unexpected<Error> bad_template(std::string sentence) {
  return fail(ErrorCode::bad_input, Side::gateway, std::move(sentence));
}

std::unexpected<Error> bad_value(std::string sentence) {
  return fail(ErrorCode::bad_input, Side::client, std::move(sentence));
}

// The query parameter that a placeholder's name stands for; "": not understood.
std::string_view parameter_of(std::string_view name) {
  constexpr std::string_view query = "req.query.";
  if (name == "remote_host") return tunnel::remote_host_parameter;
  if (name == "remote_port") return tunnel::remote_port_parameter;
  if (!name.starts_with(query)) return {};
  name.remove_prefix(query.size());
  const auto is_allowed = [](char c) { return is_name_character(c); };
  return std::ranges::all_of(name, is_allowed) ? name : std::string_view{};
}

// Where the ':' between host and port stands: the last one outside of ${...} and [...]. npos: there is none.
std::size_t port_colon(std::string_view text) {
  if (is_ipv6(text)) return text.npos;
  auto colon = text.npos;
  char closes = 0;  // of what is open
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (closes) {
      if (text[i] == closes) closes = 0;
    } else if (text.substr(i).starts_with("${")) {
      closes = '}';
    } else if (text[i] == '[') {
      closes = ']';
    } else if (text[i] == ':') {
      colon = i;
    }
  }
  return colon;
}

// A sample that is a name may make no host where only an IPv6 address would: "[${remote_host}]".
bool can_be_host(const TemplateText& text) {
  return parse_host(text.example("a")) || parse_host(text.example("::1"));
}

// What the client can change about a value that is no host or no port.
Error about(const TemplateText::Filled& filled, Error error) {
  if (!filled.parameter.empty()) error.sentence.insert(0, std::string(filled.parameter).append(": "));
  if (filled.parameter == tunnel::remote_host_parameter && parse_host_port(filled.text))
    error.sentence.append("; its port belongs in ").append(tunnel::remote_port_parameter);
  return error;
}

}  // namespace

Result<TemplateText> TemplateText::parse(std::string_view text) {
  TemplateText result;
  while (!text.empty()) {
    const auto start = text.find("${");
    if (start != 0) result.parts_.emplace_back(std::string(text.substr(0, start)));
    if (start == text.npos) break;
    const auto end = text.find('}', start);
    if (end == text.npos) return bad_template(quoted(text.substr(start)) + " has no '}' at its end");
    auto placeholder = parse_placeholder(text.substr(start, end + 1 - start));
    if (!placeholder) return std::unexpected(std::move(placeholder.error()));
    result.parts_.emplace_back(std::move(*placeholder));
    text.remove_prefix(end + 1);
  }
  return result;
}

Result<TemplateText::Placeholder> TemplateText::parse_placeholder(std::string_view placeholder) {
  const auto inside = placeholder.substr(2, placeholder.size() - 3);
  const auto colon = inside.find(':');
  const auto parameter = parameter_of(inside.substr(0, colon));
  if (parameter.empty()) {
    return bad_template(quoted(placeholder) +
                        " is not understood: a target may hold ${remote_host}, ${remote_port} and "
                        "${req.query.NAME}, each perhaps with a default as in ${remote_port:22}");
  }
  Placeholder result{std::string(parameter), std::nullopt};
  if (colon != inside.npos) result.fallback = inside.substr(colon + 1);
  return result;
}

bool TemplateText::has_placeholders() const {
  return std::ranges::any_of(parts_,
                             [](const Part& part) { return std::holds_alternative<Placeholder>(part); });
}

Result<TemplateText::Filled> TemplateText::fill(const tunnel::Request& request) const {
  Filled filled;
  for (const auto& part : parts_) {
    if (const auto* literal = std::get_if<std::string>(&part)) {
      filled.text += *literal;
      continue;
    }
    const auto& placeholder = std::get<Placeholder>(part);
    const auto value = request.parameter(placeholder.parameter);
    if (value && value->empty())
      return bad_value("the query parameter " + placeholder.parameter + " is empty");
    if (!value && !placeholder.fallback) {
      return bad_value("the query parameter " + placeholder.parameter +
                       " is missing: the target of this route depends on it");
    }
    filled.text += value ? *value : *placeholder.fallback;
    if (value) filled.from_request = true;
    if (value && parts_.size() == 1) filled.parameter = placeholder.parameter;
  }
  return filled;
}

std::string TemplateText::example(std::string_view sample) const {
  std::string text;
  for (const auto& part : parts_) {
    if (const auto* placeholder = std::get_if<Placeholder>(&part))
      text += placeholder->fallback.value_or(std::string(sample));
    else
      text += std::get<std::string>(part);
  }
  return text;
}

Result<TargetTemplate> TargetTemplate::parse(const RouteTarget& target) {
  const std::string_view text = target.hostname;
  const auto colon = port_colon(text);
  auto host = TemplateText::parse(text.substr(0, colon));
  if (!host) return std::unexpected(std::move(host.error()));
  const auto port_text = colon == text.npos ? std::string_view(target.port) : text.substr(colon + 1);
  auto port = TemplateText::parse(port_text);
  if (!port) return std::unexpected(std::move(port.error()));

  if (!can_be_host(*host)) {
    return bad_template(quoted(text) +
                        " is no target: a DNS name, an IP address or a placeholder such as ${remote_host} is "
                        "wanted, with or without a port behind it");
  }
  if (colon == text.npos && target.port.empty()) {
    return bad_template(quoted(text) +
                        " has no port: give the target a \"port\", or write it behind the hostname as in "
                        "\"db.internal.com:5432\" or \"${remote_host}:${remote_port}\"");
  }
  if (const auto possible = parse_port(port->example("1")); !possible)
    return bad_template(quoted(text) + ": " + possible.error().sentence);
  if (!target.ip_address.empty() && !is_ip_literal(target.ip_address)) {
    return bad_template("ip_address " + quoted(target.ip_address) +
                        " is not allowed: an IPv4 address, or an IPv6 address without brackets, is wanted");
  }
  return TargetTemplate(std::move(*host), std::move(*port), target);
}

TargetTemplate::TargetTemplate(TemplateText host, TemplateText port, const RouteTarget& target)
    : host_(std::move(host)),
      port_(std::move(port)),
      ip_address_(target.ip_address),
      tls_(target.tls),
      trust_all_(target.trust_all) {}

bool TargetTemplate::depends_on_request() const {
  return host_.has_placeholders() || port_.has_placeholders();
}

Result<Destination> TargetTemplate::resolve(const tunnel::Request& request) const {
  const auto host_text = host_.fill(request);
  if (!host_text) return std::unexpected(host_text.error());
  const auto port_text = port_.fill(request);
  if (!port_text) return std::unexpected(port_text.error());
  auto host = parse_host(host_text->text);
  if (!host) return std::unexpected(about(*host_text, std::move(host.error())));
  const auto port = parse_port(port_text->text);
  if (!port) return std::unexpected(about(*port_text, port.error()));
  return Destination{.host = std::move(*host),
                     .port = *port,
                     .ip_address = ip_address_,
                     .from_request = host_text->from_request || port_text->from_request,
                     .tls = tls_,
                     .trust_all = trust_all_};
}

}  // namespace otoroshi::gateway
