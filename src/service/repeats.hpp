#pragma once

#include <condition_variable>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "auscult/result.hpp"
#include "service/settings.hpp"

/// How a request that is sent again is known for the same one.
namespace auscult::service {

/// What a request says of its audio, apart from the device: "sample_rate=8000 format=s16 gain=5".
/// Two requests that say the same have the same text.
std::string declared_text(const Upload& upload);
/// Sets what such a text says. Fails with internal on another text.
Status read_declared_text(std::string_view text, Upload& upload);

/// SHA-256 of device, declaration and that of the body, and of what else the answer depends on:
/// only the same request has the same.
std::string fingerprint(const Upload& upload, std::string_view body_sha256,
                        std::string_view judged_by = {});

/// Lets one thread at a time work on something that has a name; others that come with the same name
/// wait. Any thread; outlives its turns.
class Turns {
 public:
  class Turn {
   public:
    Turn(Turn&& other) noexcept
        : turns_(std::exchange(other.turns_, nullptr)), name_(std::move(other.name_)) {}
    Turn& operator=(Turn&&) = delete;
    ~Turn();

   private:
    friend class Turns;
    Turn(Turns* turns, std::string name) : turns_(turns), name_(std::move(name)) {}
    Turns* turns_;
    std::string name_;
  };

  /// Returns when nobody else has the name.
  Turn take(std::string name);

 private:
  std::mutex mutex_;
  std::condition_variable given_back_;
  std::set<std::string> taken_;  // Guarded by mutex_.
};

}  // namespace auscult::service
