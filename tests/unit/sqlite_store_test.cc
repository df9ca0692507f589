#include "gateway/store/sqlite_store.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "common/base/read_file.h"
#include "gateway/store/store_schema.h"
#include "tests/support/test_pki.h"

using namespace otoroshi;
using namespace otoroshi::gateway;
using Catch::Contains;

namespace {

TcpServicePtr service(const std::string& id, std::uint16_t port = 1) {
  TcpService made;
  made.id = id;
  made.name = "named " + id;
  made.port = port;
  return std::make_shared<const TcpService>(std::move(made));
}

ApiKeyPtr api_key(const std::string& id, const std::string& secret) {
  ApiKey made;
  made.client_id = id;
  made.client_name = "named " + id;
  made.client_secret = secret;
  return std::make_shared<const ApiKey>(std::move(made));
}

AppSessionPtr session(const std::string& id) {
  AppSession made;
  made.random_id = id;
  made.expired_at = 1;
  return std::make_shared<const AppSession>(std::move(made));
}

Entities services(const std::vector<std::string>& ids) {
  Entities entities;
  for (const auto& id : ids) entities.services.push_back(service(id));
  return entities;
}

// A data folder, and the file in it that the store is.
struct Folder {
  test::TemporaryFolder parent;
  std::string path = parent.path() + "/data";
  std::string file = path + "/entities.db";

  std::unique_ptr<SqliteStore> open() const {
    auto store = SqliteStore::open(path);
    if (!store) FAIL(store.error().sentence);
    return std::move(*store);
  }
  std::string refusal() const {
    const auto store = SqliteStore::open(path);
    REQUIRE_FALSE(store);
    CHECK(store.error().code == ErrorCode::io);
    return store.error().sentence;
  }
  // Done by another program.
  void execute(const std::string& sql) const {
    std::filesystem::create_directory(path);
    auto database = SqliteDatabase::open(file);
    REQUIRE(database);
    const auto done = database->execute(sql);
    if (!done) FAIL(done.error().message);
    database->keep_changes();
  }
  std::string bytes() const {
    auto bytes = read_file(file);
    REQUIRE(bytes);
    return *bytes;
  }
  void overwrite(std::size_t offset, const std::string& bytes) const {
    std::fstream out(file, std::ios::in | std::ios::out | std::ios::binary);
    out.seekp(static_cast<std::streamoff>(offset));
    out << bytes;
  }
};

// By value: the objects of another store are others.
template <class Entity>
bool same(const EntityList<Entity>& one, const EntityList<Entity>& other) {
  return std::ranges::equal(one, other, [](const auto& a, const auto& b) { return *a == *b; });
}
bool same(const Entities& one, const Entities& other) {
  bool all = one.other_sections == other.other_sections;
  for_each_kind([&]<class Entity>(const EntityKind<Entity>&) {
    all = all && same(list_of<Entity>(one), list_of<Entity>(other));
  });
  return all;
}

void store_and_reopen(const Folder& folder, const Entities& entities) {
  REQUIRE(folder.open()->replace(entities));
  CHECK(same(folder.open()->entities(), entities));
  const auto read = SqliteStore::read(folder.path);
  REQUIRE(read);
  CHECK(same(*read, entities));
}

}  // namespace

TEST_CASE("a new store is empty, and nobody else can read it") {
  const Folder folder;
  const auto store = folder.open();
  CHECK(store->entities() == Entities());
  for (const auto* name : {"entities.db", "entities.db-wal", "entities.db-shm"}) {
    struct stat status {};
    REQUIRE(::stat((folder.path + '/' + name).c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
  }
}

TEST_CASE("entities of every kind, their order and foreign sections outlive the store") {
  const Folder folder;
  auto entities = services({"z", "a", "m"});
  entities.tunnel.api_keys = {api_key("a", "s3cret"),
                              api_key("'; DROP TABLE entities; --", "\xE2\x82\xAC\\n\"")};
  entities.tunnel.sessions = {session("s")};
  entities.other_sections = {{"scripts", R"([{"a": 1}])"}, {"config", "{}"}};
  store_and_reopen(folder, entities);

  SECTION("an update keeps its place, a new one is last, a removed one that returns is new") {
    entities.services = {service("z"), service("a", 99), service("m"), service("b")};
    store_and_reopen(folder, entities);
    entities.services.erase(entities.services.begin());
    store_and_reopen(folder, entities);
    entities.services.push_back(service("z"));
    store_and_reopen(folder, entities);
  }
  SECTION("another order is kept, too") {
    std::ranges::reverse(entities.services);
    store_and_reopen(folder, entities);
    std::ranges::rotate(entities.services, entities.services.begin() + 1);
    store_and_reopen(folder, entities);
  }
  SECTION("everything can go") {
    store_and_reopen(folder, {});
  }
}

TEST_CASE("many changes of one store add up to its last state") {
  const Folder folder;
  {
    const auto store = folder.open();
    Entities entities;
    for (int i = 0; i < 200; ++i) {
      auto& list = entities.services;
      list.push_back(service(std::to_string(i)));
      if (i % 3 == 0) list.erase(list.begin() + i % static_cast<int>(list.size()));
      if (i % 5 == 0 && !list.empty())
        list.front() = service(list.front()->id, static_cast<std::uint16_t>(i + 2));
      REQUIRE(store->replace(entities));
      REQUIRE(store->entities() == entities);
    }
  }
  const auto reopened = folder.open();
  CHECK(reopened->entities().services.size() == 133);
  CHECK(reopened->entities().services.back()->id == "199");
}

TEST_CASE("what another process has left behind in its log is there") {
  const Folder folder;
  const auto child = ::fork();
  if (child == 0) {
    auto store = SqliteStore::open(folder.path);
    const bool done = store && (*store)->replace(services({"a", "b"}));
    ::kill(::getpid(), done ? SIGKILL : SIGTERM);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WTERMSIG(status) == SIGKILL);
  REQUIRE(std::filesystem::file_size(folder.file + "-wal") > 0);
  const auto database_alone = folder.bytes();
  // A look changes nothing, not even the log.
  CHECK(same(SqliteStore::read(folder.path).value(), services({"a", "b"})));
  CHECK(folder.bytes() == database_alone);
  REQUIRE(std::filesystem::file_size(folder.file + "-wal") > 0);
  CHECK(same(folder.open()->entities(), services({"a", "b"})));
}

TEST_CASE("a second store on the folder is refused, and a look is not") {
  const Folder folder;
  const auto store = folder.open();
  REQUIRE(store->replace(services({"a"})));
  CHECK_THAT(folder.refusal(), Contains(folder.path) && Contains("another gateway, process " +
                                                                 std::to_string(::getpid()) + ", has it"));
  CHECK(same(SqliteStore::read(folder.path).value(), services({"a"})));
  REQUIRE(store->replace(services({"a", "b"})));
}

TEST_CASE("a look at no store makes none") {
  const Folder folder;
  CHECK(SqliteStore::read(folder.path).value() == Entities());
  CHECK_FALSE(std::filesystem::exists(folder.path));
  REQUIRE(folder.open()->replace(services({"a"})));
  CHECK(same(SqliteStore::read(folder.path).value(), services({"a"})));
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path))
    files.push_back(entry.path().filename());
  std::ranges::sort(files);
  CHECK(files == std::vector<std::string>{"entities.db", "lock"});
}

TEST_CASE("a change that cannot be written changes nothing, and the next one is written") {
  const Folder folder;
  const auto store = folder.open();
  REQUIRE(store->replace(services({"a"})));
  const auto before = store->entities();

  std::vector<std::string> many;
  for (int i = 0; i < 2000; ++i) many.push_back(std::to_string(i));
  struct rlimit unlimited {};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &unlimited) == 0);
  const struct rlimit small = {.rlim_cur = 64 * 1024, .rlim_max = unlimited.rlim_max};
  const auto previous = ::signal(SIGXFSZ, SIG_IGN);
  ::setrlimit(RLIMIT_FSIZE, &small);
  const auto failed = store->replace(services(many));
  ::setrlimit(RLIMIT_FSIZE, &unlimited);
  ::signal(SIGXFSZ, previous);

  REQUIRE_FALSE(failed);
  CHECK(failed.error().code == ErrorCode::io);
  CHECK_THAT(failed.error().sentence, Contains("it could not be kept in") &&
                                          Contains("'" + folder.file + "'") && Contains("(File too large)") &&
                                          Contains("try again"));
  CHECK(store->entities() == before);
  CHECK(same(SqliteStore::read(folder.path).value(), services({"a"})));
  REQUIRE(store->replace(services({"a", "b"})));
  CHECK(same(SqliteStore::read(folder.path).value(), services({"a", "b"})));
  REQUIRE(store->replace(services(many)));
}

TEST_CASE("another program that writes is waited for, and then a reason to change nothing") {
  const Folder folder;
  const auto store = folder.open();
  auto other = SqliteDatabase::open(folder.file);
  REQUIRE(other);
  {
    const auto transaction = SqliteTransaction::begin(*other);
    REQUIRE(transaction);
    const auto failed = store->replace(services({"a"}));
    REQUIRE_FALSE(failed);
    CHECK_THAT(failed.error().sentence, Contains("locked") && Contains("end the other program"));
    CHECK(store->entities() == Entities());
  }
  REQUIRE(store->replace(services({"a", "b"})));
  // What it does behind the store's back is found out at the latest where it matters.
  REQUIRE(other->execute("DELETE FROM entities WHERE id = 'a'"));
  const auto failed = store->replace(services({"b"}));
  REQUIRE_FALSE(failed);
  CHECK_THAT(failed.error().sentence, Contains("another program") && Contains("start the gateway again"));
  CHECK(same(store->entities(), services({"a", "b"})));
}

TEST_CASE("a store whose file is gone does not pretend to keep anything") {
  const Folder folder;
  const auto store = folder.open();
  REQUIRE(store->replace(services({"a"})));
  std::filesystem::rename(folder.file, folder.file + ".away");
  const auto failed = store->replace(services({"a", "b"}));
  REQUIRE_FALSE(failed);
  CHECK_THAT(failed.error().sentence, Contains(folder.file) && Contains("moved"));
  CHECK(same(store->entities(), services({"a"})));
  std::filesystem::rename(folder.file + ".away", folder.file);
  CHECK(store->replace(services({"a", "b"})));
}

TEST_CASE("a log that is deleted under a running store takes nothing with it that was kept") {
  const Folder folder;
  const auto store = folder.open();
  REQUIRE(store->replace(services({"a"})));
  std::filesystem::remove(folder.file + "-wal");
  const auto failed = store->replace(services({"a", "b"}));
  REQUIRE_FALSE(failed);
  CHECK_THAT(failed.error().sentence, Contains("-wal") && Contains("start the gateway again"));
  const auto found = SqliteStore::read(folder.path);  // what is there after a kill
  REQUIRE(found);
  CHECK(same(*found, services({"a"})));
}

TEST_CASE("a damaged database is refused and left as it is") {
  const Folder folder;
  std::vector<std::string> many;
  for (int i = 0; i < 500; ++i) many.push_back(std::to_string(i));
  REQUIRE(folder.open()->replace(services(many)));
  struct Row {
    const char* what;
    std::size_t offset;
    std::size_t size;
  };
  const auto size = folder.bytes().size();
  const Row rows[] = {{"its head", 0, 64},
                      {"the root of its schema", 100, 8},
                      {"a page in the middle", size / 2 / 4096 * 4096, 512},
                      {"the last page", size - 4096, 4096}};
  for (const auto& row : rows) {
    CAPTURE(row.what);
    const auto good = folder.bytes();
    folder.overwrite(row.offset, std::string(row.size, '\xA5'));
    const auto bad = folder.bytes();
    CHECK_THAT(folder.refusal(), Contains("the store '" + folder.file + "' cannot be used: ") &&
                                     Contains("nothing in it was changed") && Contains("put a good copy"));
    const auto read = SqliteStore::read(folder.path);
    REQUIRE_FALSE(read);
    CHECK_THAT(read.error().sentence, Contains("put a good copy"));
    CHECK(folder.bytes() == bad);
    folder.overwrite(0, good);
  }
  CHECK(same(folder.open()->entities(), services(many)));
}

TEST_CASE("what is no database of this gateway is refused and left as it is") {
  struct Row {
    const char* sql;
    std::vector<const char*> parts;
  };
  const Row rows[] = {
      {"CREATE TABLE mine (a)", {"another program's database", "move it away"}},
      {"PRAGMA application_id = 5; CREATE TABLE mine (a)", {"another program's database"}},
      {"PRAGMA user_version = 3", {"another program's database"}},
      {"PRAGMA application_id = 0x4f544350; PRAGMA user_version = 2; CREATE TABLE entities (a)",
       {"version 2", "none beyond 1", "or a later one"}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.sql);
    const Folder folder;
    folder.execute(row.sql);
    const auto before = folder.bytes();
    const auto refusal = folder.refusal();
    CHECK_THAT(refusal, Contains("'" + folder.file + "'"));
    for (const auto* part : row.parts) CHECK_THAT(refusal, Contains(part));
    CHECK(folder.bytes() == before);
  }
  const Folder folder;
  std::filesystem::create_directory(folder.path);
  folder.parent.write("data/entities.db",
                      "a text of somebody, long enough to be no empty database at all ........");
  CHECK_THAT(folder.refusal(), Contains("not a database"));
  folder.parent.write("data/entities.db", "");
  CHECK(folder.open()->entities() == Entities());
}

TEST_CASE("an entity that cannot be used is told and never dropped") {
  struct Row {
    const char* sql;
    const char* part;
  };
  const Row rows[] = {
      {"json = '{'", "the service 'b' at position 2 of its table \"entities\" cannot be used: line 1"},
      {R"(json = '{"id": "b", "port": 70000}')", "/port: "},
      {R"(json = '{"id": "b", "port": 1, "rules": [{"domain": "("}]}')", "/rules/0/domain: "},
      {R"(json = '{"id": "other", "port": 1}')", "/id: is not the id of the row"},
      {"json = x'ff'", "the service 'b'"},
      {"kind = 'tcpServlets'", "kind \"tcpServlets\""},
      {R"(kind = 'appSessions', id = 'hunter2', json = '{"randomId": "hunter2"}')",
       "the session at position 2 of its table \"entities\" cannot be used: /expiredAt: "},
  };
  for (const auto& row : rows) {
    CAPTURE(row.sql);
    const Folder folder;
    REQUIRE(folder.open()->replace(services({"a", "b", "c"})));
    folder.execute(std::string("UPDATE entities SET ") + row.sql + " WHERE id = 'b'");
    const auto refusal = folder.refusal();
    CHECK_THAT(refusal, Contains(folder.file) && Contains(row.part) && Contains("correct the JSON there"));
    CHECK_THAT(refusal, !Contains("hunter2"));
    CHECK(SqliteStore::read(folder.path).error().sentence == refusal);
  }
}

TEST_CASE("an older schema takes the steps that it lacks, all or none") {
  const Folder folder;
  const char* const steps[] = {
      "CREATE TABLE entities (position INTEGER PRIMARY KEY, json TEXT)",
      "ALTER TABLE entities ADD COLUMN kind TEXT; UPDATE entities SET kind = 'tcpServices'",
      "CREATE TABLE more (a)",
  };
  const char* const broken[] = {steps[0], steps[1], "CREATE TABLE more (a); CREATE TABLE entities (a)"};
  const SchemaSteps all(steps);
  std::filesystem::create_directory(folder.path);
  auto database = SqliteDatabase::open(folder.file);
  REQUIRE(database);
  REQUIRE(migrate(*database, all.first(1)));
  REQUIRE(database->execute("INSERT INTO entities (json) VALUES ('{}')"));

  REQUIRE_FALSE(migrate(*database, broken));
  CHECK(database->integer_of("PRAGMA user_version") == 1);
  CHECK_FALSE(database->integer_of("SELECT count(kind) FROM entities"));

  REQUIRE(migrate(*database, all));
  CHECK(database->integer_of("PRAGMA user_version") == 3);
  CHECK(database->integer_of("PRAGMA application_id") == store_application_id);
  CHECK(database->value_of("SELECT kind FROM entities") == "tcpServices");
  CHECK(check_schema(*database, all));
  CHECK_FALSE(check_schema(*database, all.first(2)));
  CHECK(migrate(*database, all));
}
