#pragma once

#include <optional>
#include <string>
#include <vector>

#include "auscult/result.hpp"
#include "core/recording.hpp"
#include "storage/sql_access.hpp"

namespace auscult::storage {

/// Somebody who is told of each recording that fits all of its rule; unset members fit any.
struct Webhook {
  std::string id;
  std::string url;
  std::string secret;  ///< What they are signed with, "whsec_" and base64.
  std::optional<std::string> device = {};
  std::optional<std::string> class_name = {};
  std::optional<double> min_confidence = {};  ///< Percent, inclusive.
  std::optional<Quality::Verdict> quality = {};
  Timestamp created_at;
};

/// Who is told, in a store's database. A recording's commit makes a job for each whose rule it
/// fits. Any thread.
class WebhookStore {
 public:
  /// The access outlives the store.
  explicit WebhookStore(SqlAccess& access) : access_(access) {}

  /// Fails with too_large beyond kMaxWebhooks.
  Status add(const Webhook& webhook);
  /// The oldest first.
  Result<std::vector<Webhook>> list();
  /// These fail with not_found if there is none.
  Result<Webhook> find(const std::string& id);
  /// What is still to be told it is forgotten, too.
  Status remove(const std::string& id);

 private:
  SqlAccess& access_;
};

}  // namespace auscult::storage
