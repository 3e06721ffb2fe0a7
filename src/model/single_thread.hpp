#pragma once

// Of libgomp, the OpenMP that oneDNN is built with. Declared here because <omp.h> belongs to the
// compiler, whose OpenMP may be another.
extern "C" {
int omp_get_max_threads(void);
void omp_set_num_threads(int count);
}

namespace auscult::model {

/// While it lives, oneDNN uses no other thread than the calling one: the service has a pool of
/// its own, and many small parallel regions would only wait for one another. OpenMP keeps the
/// number for each thread, so that nothing else in the process is touched. It must hold both when
/// primitives are created, which split their work for that many threads, and when they run.
class SingleThread {
 public:
  SingleThread() : before_(omp_get_max_threads()) { omp_set_num_threads(1); }
  ~SingleThread() { omp_set_num_threads(before_); }
  SingleThread(const SingleThread&) = delete;
  SingleThread& operator=(const SingleThread&) = delete;

 private:
  int before_;
};

}  // namespace auscult::model
