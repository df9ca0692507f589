// A worker's second thread, which does what would keep the worker from its connections for too long. It has a
// lower priority: whenever the worker has something to do, and they share a core, the worker goes first.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace otoroshi {

class Assistant {
 public:
  class Job {
   public:
    virtual void run() = 0;   // on the assistant's thread
    virtual void done() = 0;  // likewise, as the last thing: may lead to the end of the job

   protected:
    ~Job() = default;
  };

  Assistant();
  ~Assistant();  // what is being done is finished; what still waits is not begun
  Assistant(const Assistant&) = delete;
  Assistant& operator=(const Assistant&) = delete;

  // Any thread. Jobs are done one after the other, in order; `job` must live until then.
  void give(Job& job);

 private:
  void run();
  Job* next();  // null: no more

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::deque<Job*> jobs_;
  bool stopping_ = false;

  std::thread thread_;  // begins when all the rest is there
};

}  // namespace otoroshi
