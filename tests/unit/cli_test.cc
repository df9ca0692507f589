#include "otoroshictl/cli.h"

#include <array>
#include <catch2/catch.hpp>
#include <cstring>
#include <map>

using namespace otoroshi;
using namespace otoroshi::ctl;
using namespace std::chrono_literals;

namespace {

using Variables = std::map<std::string, std::string>;

Command parse(std::vector<std::string> arguments, const Variables& variables = {}) {
  return read_command_line(std::move(arguments), [&](const std::string& name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::string() : found->second;
  });
}

// Options of `tcp-tunnel --host HOST` with these arguments.
TunnelOptions options_of(std::vector<std::string> arguments, const Variables& variables = {},
                         const std::string& host = "gw.test:9999") {
  arguments.insert(arguments.begin(), {"tcp-tunnel", "--host", host});
  auto read = parse(arguments, variables);
  if (const auto* print = std::get_if<PrintAndExit>(&read)) FAIL(print->text);
  return std::get<TunnelCommand>(read).options;
}

std::string words(const std::string& text) {
  std::string joined;
  for (const char c : text) {
    const bool is_space = c == ' ' || c == '\n';
    if (!is_space)
      joined += c;
    else if (!joined.ends_with(' '))
      joined += ' ';
  }
  return joined;
}

// From the specification's page, word by word.
constexpr auto specified_help =
    "Tunnel TCP traffic through an otoroshi cluster (e.g. expose SSH via Otoroshi) "
    "Usage: otoroshictl tcp-tunnel [OPTIONS] --host <HOST> "
    "Options: "
    "--host <HOST> The Otoroshi routing hostname (e.g. myotoroshi.example.com or "
    "myotoroshi.example.com:9999) "
    "--tls Use TLS (WSS) for the WebSocket connection to Otoroshi "
    "--local-host <LOCAL_HOST> Local address to listen on [default: 127.0.0.1] "
    "--local-port <LOCAL_PORT> Local port to listen on [default: 2222] "
    "--remote-host <REMOTE_HOST> Remote host that Otoroshi should forward traffic to (optional if the "
    "Otoroshi "
    "target uses ${remote_host}) "
    "--remote-port <REMOTE_PORT> Remote port that Otoroshi should forward traffic to (optional if the "
    "Otoroshi "
    "target uses ${remote_port}) "
    "--access-type <ACCESS_TYPE> Authentication type: apikey, bearer, session, or public [default: apikey] "
    "--apikey-client-id <APIKEY_CLIENT_ID> API key client ID (for apikey access type) "
    "--apikey-client-secret <APIKEY_CLIENT_SECRET> API key client secret (for apikey access type) "
    "--bearer-token <BEARER_TOKEN> Bearer token - JWT or OAuth access token (for bearer access type) "
    "--session-token <SESSION_TOKEN> Private apps session token - papp token (for session access type) "
    "-h, --help Print help ";

}  // namespace

TEST_CASE("tcp-tunnel's help begins with the specification's, text for text") {
  for (const char* name : {"tcp-tunnel", "tt"}) {
    for (const char* flag : {"-h", "--help"}) {
      const auto help = std::get<PrintAndExit>(parse({name, flag}));
      CHECK(help.exit_code == 0);
      CHECK_THAT(words(help.text), Catch::StartsWith(specified_help));
    }
  }
  const auto text = std::get<PrintAndExit>(parse({"tt", "-h"})).text;
  CHECK_THAT(text,
             Catch::Contains(
                 "\n      --local-port <LOCAL_PORT>\n          Local port to listen on [default: 2222]\n"));
  CHECK_THAT(text, Catch::Contains("\n  -h, --help\n          Print help\n"));
  for (const char* added :
       {"--stdio", "--connect-timeout <DURATION>", "--ca-file <FILE>", "--insecure", "--client-cert <FILE>",
        "--client-key <FILE>", "-v, --verbose", "@FILE", "HTTPS_PROXY", "OTOROSHI_BEARER_TOKEN"}) {
    CAPTURE(added);
    CHECK(text.find(added) > text.find("Print help"));
    CHECK(text.contains(added));
  }
}

TEST_CASE("the program's own help and version") {
  for (const auto& arguments : {std::vector<std::string>{}, {"-h"}, {"--help"}, {"-v"}}) {
    const auto help = std::get<PrintAndExit>(parse(arguments));
    CHECK(help.exit_code == 0);
    CHECK_THAT(help.text, Catch::Contains("Usage: otoroshictl [OPTIONS] <COMMAND>") &&
                              Catch::Contains("tcp-tunnel, tt"));
  }
  CHECK(std::get<PrintAndExit>(parse({"--version"})).text == "otoroshictl " OTOROSHI_VERSION "\n");
}

TEST_CASE("what is not said is as the specification says") {
  const auto options = options_of({"--apikey-client-id", "id", "--apikey-client-secret", "s"});
  CHECK(options.gateway == HostPort{"gw.test", 9999});
  CHECK_FALSE(options.tls);
  CHECK(options.local_host == "127.0.0.1");
  CHECK(options.local_port == 2222);
  CHECK(options.remote_host.empty());
  CHECK(options.remote_port.empty());
  CHECK(remote_text(options) == "(defined in otoroshi target)");
  CHECK(options.access.type == AccessType::apikey);
  CHECK(options.connect_timeout == 10s);
  CHECK_FALSE(options.stdio);
  CHECK_FALSE(options.proxy);
}

TEST_CASE("every option of tcp-tunnel is taken, in both spellings") {
  const auto options =
      options_of({"--tls", "--local-host=::1", "--local-port=0", "--remote-host", "[fd00::1]",
                  "--remote-port", "22", "--access-type", "public", "--ca-file", "ca.pem",
                  "--client-cert=c.pem", "--client-key=k.pem", "--connect-timeout", "250ms"});
  CHECK(options.tls);
  CHECK(options.local_host == "::1");
  CHECK(options.local_port == 0);
  CHECK(options.remote_host == "fd00::1");
  CHECK(options.remote_port == "22");
  CHECK(remote_text(options) == "[fd00::1]:22");
  CHECK(options.access.type == AccessType::open);
  CHECK(options.ca_file == "ca.pem");
  CHECK(options.client_cert == "c.pem");
  CHECK(options.client_key == "k.pem");
  CHECK(options.connect_timeout == 250ms);
  CHECK(options_of({"--access-type", "public", "--connect-timeout", "3"}).connect_timeout == 3s);
  CHECK(options_of({"--access-type", "public", "--stdio"}).stdio);
  CHECK(options_of({"--access-type", "public", "--tls", "--insecure"}).insecure);

  for (const auto& arguments :
       {std::vector<std::string>{"-v", "tt", "--host", "a", "--access-type", "public"},
        {"tt", "--host", "a", "--access-type", "public", "-v"}})
    CHECK(std::get<TunnelCommand>(parse(arguments)).verbose);
}

TEST_CASE("the gateway's address is a host with or without port") {
  struct Row {
    const char* host;
    bool tls;
    HostPort address;
    const char* header;
  };
  const Row rows[] = {{"gw.test", false, {"gw.test", 80}, "gw.test"},
                      {"gw.test", true, {"gw.test", 443}, "gw.test"},
                      {"gw.test:80", true, {"gw.test", 80}, "gw.test:80"},
                      {"gw.test:443", true, {"gw.test", 443}, "gw.test"},
                      {"[::1]:9999", false, {"::1", 9999}, "[::1]:9999"},
                      {"::1", true, {"::1", 443}, "[::1]"},
                      {"10.0.0.1:8080", false, {"10.0.0.1", 8080}, "10.0.0.1:8080"}};
  for (const auto& row : rows) {
    CAPTURE(row.host, row.tls);
    std::vector<std::string> arguments{"--access-type", "public"};
    if (row.tls) arguments.emplace_back("--tls");
    const auto options = options_of(arguments, {}, row.host);
    CHECK(options.gateway == row.address);
    CHECK(options.gateway_text == row.host);
    CHECK(options.host_header == row.header);
  }
}

TEST_CASE("the start-up line tells where a tunnel leads") {
  struct Row {
    std::vector<std::string> arguments;
    const char* text;
  };
  const Row rows[] = {{{"--remote-host", "ssh.test", "--remote-port", "22"}, "ssh.test:22"},
                      {{"--remote-host", "ssh.test"}, "ssh.test (port defined in otoroshi target)"},
                      {{"--remote-port", "22"}, "(host defined in otoroshi target):22"}};
  for (auto row : rows) {
    row.arguments.insert(row.arguments.end(), {"--access-type", "public"});
    CHECK(remote_text(options_of(row.arguments)) == row.text);
  }
}

TEST_CASE("credentials come from the command line or the environment, and become what the type says") {
  struct Row {
    std::vector<std::string> arguments;
    Variables variables;
    const char* authorization;
    const char* session_token;
  };
  const Row rows[] = {
      {{"--apikey-client-id", "my-id", "--apikey-client-secret", "s:1"}, {}, "Basic bXktaWQ6czox", ""},
      {{"--apikey-client-id", "my-id"}, {{"OTOROSHI_APIKEY_CLIENT_SECRET", "s:1"}}, "Basic bXktaWQ6czox", ""},
      {{},
       {{"OTOROSHI_APIKEY_CLIENT_ID", "my-id"}, {"OTOROSHI_APIKEY_CLIENT_SECRET", "s:1"}},
       "Basic bXktaWQ6czox",
       ""},
      {{"--access-type", "bearer", "--bearer-token", "a.b.c"},
       {{"OTOROSHI_BEARER_TOKEN", "d"}},
       "Bearer a.b.c",
       ""},
      {{"--access-type", "jwt"}, {{"OTOROSHI_BEARER_TOKEN", "a.b.c"}}, "Bearer a.b.c", ""},
      {{"--access-type", "session", "--session-token", "sig::id"}, {}, "", "sig::id"},
      {{"--access-type", "session"}, {{"OTOROSHI_SESSION_TOKEN", "sig::id"}}, "", "sig::id"},
      {{"--access-type", "public", "--bearer-token", "unused"}, {}, "", ""},
  };
  for (const auto& row : rows) {
    const auto credentials = read_credentials(options_of(row.arguments, row.variables).access);
    REQUIRE(credentials);
    CHECK(credentials->authorization == row.authorization);
    CHECK(credentials->session_token == row.session_token);
  }
}

TEST_CASE("wrong usage exits with 2, names the option and says what to write") {
  struct Row {
    std::vector<std::string> arguments;
    const char* sentence_has;
  };
  const Row rows[] = {
      {{}, "--host is required"},
      {{"--host"}, "--host"},
      {{"--host", ""}, "--host"},
      {{"--host", "https://gw.test/x"}, "write --host gw.test --tls"},
      {{"--host", "ws://gw.test:80"}, "write --host gw.test:80\n"},
      {{"--host", "gw.test/x"}, "write --host gw.test\n"},
      {{"--host", "gw.test?x"}, "no path is wanted"},
      {{"--host", "gw.test:99999"}, "99999"},
      {{"--host", "user@gw.test"}, "is not a host"},
      {{"--host", "g", "--access-type", "apikeys"}, "apikey, bearer (or jwt), session or public"},
      {{"--host", "g", "--access-type", ""}, "--access-type"},
      {{"--host", "g"}, "--apikey-client-id (or the variable OTOROSHI_APIKEY_CLIENT_ID)"},
      {{"--host", "g"}, "--access-type public"},
      {{"--host", "g", "--apikey-client-id", "i"}, "--apikey-client-secret"},
      {{"--host", "g", "--apikey-client-id", "", "--apikey-client-secret", "s"}, "--apikey-client-id"},
      {{"--host", "g", "--bearer-token", "t"}, "--bearer-token goes with --access-type bearer"},
      {{"--host", "g", "--session-token", "t"}, "--session-token goes with --access-type session"},
      {{"--host", "g", "--access-type", "bearer"}, "--bearer-token"},
      {{"--host", "g", "--access-type", "session"}, "--session-token"},
      {{"--host", "g", "--local-port", "65536"}, "--local-port"},
      {{"--host", "g", "--local-port", "ssh"}, "or 0 for any that is free"},
      {{"--host", "g", "--local-host", "a b"}, "--local-host"},
      {{"--host", "g", "--remote-port", "0"}, "--remote-port"},
      {{"--host", "g", "--remote-host", "db:5432"}, "--remote-host"},
      {{"--host", "g", "--remote-host", ""}, "--remote-host"},
      {{"--host", "g", "--access-type", "public", "--insecure"}, "without --tls"},
      {{"--host", "g", "--access-type", "public", "--ca-file", "x"}, "without --tls"},
      {{"--host", "g", "--access-type", "public", "--tls", "--ca-file", "x", "--insecure"}, "--insecure"},
      {{"--host", "g", "--access-type", "public", "--tls", "--client-cert", "x"}, "--client-key"},
      {{"--host", "g", "--access-type", "public", "--connect-timeout", "soon"}, "--connect-timeout"},
      {{"--host", "g", "--access-type", "public", "--connect-timeout", "0s"}, "--connect-timeout"},
      {{"--host", "g", "--access-type", "public", "--stdio", "--local-port", "1"}, "--stdio"},
      {{"--host", "g", "--remot-port", "1"}, "did you mean --remote-port?"},
      {{"--host", "g", "extra"}, "belongs to no option"},
  };
  for (const auto& row : rows) {
    auto arguments = row.arguments;
    arguments.insert(arguments.begin(), "tcp-tunnel");
    CAPTURE(arguments);
    const auto read = parse(arguments);
    const auto* print = std::get_if<PrintAndExit>(&read);
    REQUIRE(print);
    CHECK(print->exit_code == 2);
    CHECK_THAT(print->text, Catch::Contains(row.sentence_has));
    CHECK_THAT(print->text, Catch::EndsWith("Try otoroshictl tcp-tunnel --help.\n"));
  }
  CHECK(std::get<PrintAndExit>(parse({"tcp-tunel"})).exit_code == 2);
  CHECK(std::get<PrintAndExit>(parse({"--host", "g"})).exit_code == 2);
}

TEST_CASE("no secret stands in a message about wrong usage") {
  const auto secret = "s3cret";
  const std::vector<std::string> rows[] = {
      {"--host", "g", "--apikey-client-secrett", secret},
      {"--host", "g", "--bearer-tokn=s3cret"},
      {"--host", "g", "--apikey-client-id", "i", "--apikey-client-secret", secret, secret},
      {"--host", "https://g", "--apikey-client-id", "i", "--apikey-client-secret", secret},
      {"--host", "g", "--bearer-token", secret},
      {"--bearer-token", secret, "--bearer-token", secret},
  };
  for (auto arguments : rows) {
    arguments.insert(arguments.begin(), "tt");
    const auto print = std::get<PrintAndExit>(parse(arguments));
    CHECK(print.exit_code == 2);
    CHECK_THAT(print.text, !Catch::Contains(secret));
  }
}

TEST_CASE("secrets are overwritten where others could read them, and nothing else is") {
  std::string line;
  for (const char* argument :
       {"otoroshictl", "tt", "--host", "gw.test", "--bearer-token", "s3cret", "--session-token=s3cret",
        "--apikey-client-secret", "@file", "--apikey-client-id="})
    (line += argument) += '\0';
  std::vector<char*> argv;
  for (std::size_t at = 0; at < line.size(); at += std::strlen(&line[at]) + 1) argv.push_back(&line[at]);

  const auto arguments = take_arguments(static_cast<int>(argv.size()), argv.data());
  CHECK(arguments == std::vector<std::string>{"tt", "--host", "gw.test", "--bearer-token", "s3cret",
                                              "--session-token=s3cret", "--apikey-client-secret", "@file",
                                              "--apikey-client-id="});
  CHECK_FALSE(line.contains("s3cret"));
  for (const char* kept : {"otoroshictl", "gw.test", "--bearer-token", "--session-token=*", "@file"})
    CHECK(line.contains(kept));
  CHECK(take_arguments(0, argv.data()).empty());
}
