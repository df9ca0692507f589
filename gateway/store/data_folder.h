// The folder of what the gateway keeps (`dataDir`): the store and the secrets that it has made itself.
// Control thread only.
#pragma once

#include <string>

#include "common/base/result.h"
#include "common/net/socket_handle.h"

namespace otoroshi::gateway {

// Makes the folder (mode 0700) if it is not there; its parent must be. Fails (io) with the path and the
// reason; the caller adds what to do.
Result<void> make_data_folder(const std::string& path);

// What was made, renamed or removed in the folder is so after a loss of power, too. Fails likewise.
Result<void> sync_folder(const std::string& path);

// The right to change what is in the folder, held by one process at a time and given up with the object or
// the process's end, however that comes. By flock(2) on the file `lock`, which also tells the holder's pid.
class DataFolderLock {
 public:
  // Makes the folder on need. Does not wait: fails (io) with a sentence that names the folder and the pid of
  // the process that holds it.
  static Result<DataFolderLock> take(const std::string& folder);

 private:
  explicit DataFolderLock(SocketHandle file) : file_(std::move(file)) {}

  SocketHandle file_;
};

}  // namespace otoroshi::gateway
