// A worker's second thread, which does what would keep the worker from its connections for too long. It has a
// lower priority: whenever the worker has something to do, and they share a core, the worker goes first.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <list>
#include <mutex>
#include <thread>

namespace otoroshi {

class Assistant {
 public:
  // Belongs to who gives it, and must live until finish() is called or the assistant is destroyed.
  class Job {
   public:
    virtual void run() noexcept = 0;  // on the assistant's thread
    virtual void finish() = 0;        // on the worker's, afterwards: may lead to the end of the job

   protected:
    ~Job() = default;

   private:
    friend Assistant;
    std::list<Job*>* waits_in_ = nullptr;
    std::list<Job*>::iterator place_;
  };

  // Who is served already goes first. Among equals it is the newest: once there are more than can be served,
  // who has waited for longest has the least time left, and in their order each would be served too late.
  enum class Urgency { newcomer, served_already };

  // `has_done` is called when finish_done() has something to do, once until that is called; on any thread.
  // Throws std::system_error if there can be no further thread.
  explicit Assistant(std::function<void()> has_done);
  ~Assistant();  // what is being done is finished; what still waits is not begun
  Assistant(const Assistant&) = delete;
  Assistant& operator=(const Assistant&) = delete;

  // These three on the worker's thread.
  void give(Job& job, Urgency urgency);
  void withdraw(Job& job);    // if it has not begun it never will, and counts as done
  std::size_t finish_done();  // returns how many jobs it has finished

 private:
  using Jobs = std::list<Job*>;

  void run();
  Job* next();  // null: no more
  void move_to_done(Jobs& from, Jobs::iterator job);

  const std::function<void()> has_done_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  Jobs newcomers_, served_already_;  // in the order in which they came
  Jobs running_;                     // one at the most
  Jobs done_;
  bool stopping_ = false;

  std::thread thread_;  // begins when all the rest is there
};

}  // namespace otoroshi
