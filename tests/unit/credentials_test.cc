#include "otoroshictl/tcp_tunnel/credentials.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace otoroshi;
using namespace otoroshi::ctl;

namespace {

class SecretFile {
 public:
  SecretFile() {
    auto name = (std::filesystem::temp_directory_path() / "otoroshi-secret-XXXXXX").string();
    const int fd = ::mkstemp(name.data());
    REQUIRE(fd >= 0);
    ::close(fd);
    path_ = name;
  }
  ~SecretFile() { std::filesystem::remove(path_); }

  void write(const std::string& text) { std::ofstream(path_) << text; }
  std::string reference() const { return '@' + path_; }

 private:
  std::string path_;
};

}  // namespace

TEST_CASE("a secret in a file is read anew every time, without the line break at its end") {
  SecretFile file;
  const Access access{.type = AccessType::bearer, .token = {"--bearer-token", file.reference()}};
  file.write("first\n");
  CHECK(read_credentials(access)->authorization == "Bearer first");
  file.write("\tsecond\r\n\n");
  CHECK(read_credentials(access)->authorization == "Bearer second");
}

TEST_CASE("what can be no secret is refused with the option's name, and not shown") {
  SecretFile empty;
  SecretFile lines;
  lines.write("s3cret\ns3cret");
  struct Row {
    AccessType type;
    std::string text;
    const char* sentence_has;
  };
  const Row rows[] = {{AccessType::bearer, "@/nowhere/token", "cannot be read"},
                      {AccessType::bearer, "@", "cannot be read"},
                      {AccessType::bearer, empty.reference(), "is empty"},
                      {AccessType::bearer, lines.reference(), "printable"},
                      {AccessType::bearer, "Bearer s3cret", "no spaces"},
                      {AccessType::bearer, "s3cret\r\nX: y", "printable"},
                      {AccessType::session, "s3cret\xc3\xa9", "printable"}};
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const auto credentials = read_credentials({.type = row.type, .token = {"--the-option", row.text}});
    REQUIRE_FALSE(credentials);
    CHECK(credentials.error().code == ErrorCode::bad_input);
    CHECK_THAT(credentials.error().sentence, Catch::Contains(row.sentence_has) && !Catch::Contains("s3cret"));
  }
  CHECK_FALSE(read_credentials({.type = AccessType::apikey,
                                .client_id = {"--apikey-client-id", "a:b"},
                                .client_secret = {"--apikey-client-secret", "c"}}));
}
