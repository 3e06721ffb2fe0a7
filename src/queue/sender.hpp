#pragma once

#include <memory>
#include <string>

#include "auscult/result.hpp"
#include "core/time.hpp"
#include "storage/webhooks.hpp"

namespace auscult::queue {

/// Sends webhooks by HTTP, over connections that stay open for the next one. One thread at a time.
class Sender {
 public:
  Sender();

  /// Posts a payload; `id` is the same each time the same one is sent. Returns when the receiver
  /// has answered with a 2xx, within ten seconds. Fails with not_found on a 410, which says that
  /// nobody will ever want it, and with unavailable otherwise, saying what came. Follows no
  /// redirection.
  Status send(const storage::Webhook& webhook, const std::string& id, const std::string& payload,
              Timestamp at);

 private:
  struct Cleanup {
    void operator()(void* handle) const;
  };
  std::unique_ptr<void, Cleanup> handle_;
};

}  // namespace auscult::queue
