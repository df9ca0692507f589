#include "gateway/store/data_folder.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <optional>

#include "common/base/read_file.h"
#include "tests/support/test_pki.h"

using namespace otoroshi;
using namespace otoroshi::gateway;

TEST_CASE("a data folder is made for its owner alone, and one that is there stays as it is") {
  const test::TemporaryFolder parent;
  const auto folder = parent.path() + "/data";
  REQUIRE(make_data_folder(folder));
  struct stat status {};
  REQUIRE(::stat(folder.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0700);
  REQUIRE(::chmod(folder.c_str(), 0750) == 0);
  CHECK(make_data_folder(folder));
  REQUIRE(::stat(folder.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0750);
  CHECK(sync_folder(folder));
}

TEST_CASE("a data folder belongs to one at a time, and its lock tells to whom") {
  const test::TemporaryFolder parent;
  const auto folder = parent.path() + "/data";
  std::optional<Result<DataFolderLock>> first = DataFolderLock::take(folder);
  REQUIRE(*first);
  CHECK(read_file(folder + "/lock") == std::to_string(::getpid()) + '\n');

  const auto second = DataFolderLock::take(folder);
  REQUIRE_FALSE(second);
  CHECK(second.error().code == ErrorCode::io);
  CHECK(second.error().sentence ==
        "the data folder '" + folder + "' cannot be used: another gateway, process " +
            std::to_string(::getpid()) +
            ", has it; stop that one, or name another folder in \"dataDir\" (GATEWAY_DATA_DIR)");
  CHECK(DataFolderLock::take(parent.path() + "/other"));

  first.reset();
  CHECK(DataFolderLock::take(folder));
}

TEST_CASE("the lock of a process that is gone is free, whatever its file says") {
  const test::TemporaryFolder folder;
  const auto child = ::fork();
  if (child == 0) ::_exit(DataFolderLock::take(folder.path()) ? 0 : 1);
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(status == 0);
  CHECK(read_file(folder.path() + "/lock") == std::to_string(child) + '\n');
  CHECK(DataFolderLock::take(folder.path()));
}

TEST_CASE("a folder that cannot be made or used says so") {
  const test::TemporaryFolder folder;
  folder.write("file", "");
  std::filesystem::create_directory(folder.path() + "/odd");
  std::filesystem::create_directory(folder.path() + "/odd/lock");
  struct Row {
    std::string folder, reason;
  };
  const Row rows[] = {
      {folder.path() + "/file", "Not a directory"},
      {folder.path() + "/no/such", "No such file or directory"},
      {folder.path() + "/odd", "Is a directory"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.folder);
    const auto lock = DataFolderLock::take(row.folder);
    REQUIRE_FALSE(lock);
    CHECK_THAT(lock.error().sentence, Catch::Contains("'" + row.folder + "'") &&
                                          Catch::Contains(row.reason) && Catch::Contains("GATEWAY_DATA_DIR"));
  }
  CHECK_FALSE(sync_folder(folder.path() + "/no"));
}
