#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "auscult/result.hpp"
#include "storage/job.hpp"
#include "storage/recording_store.hpp"
#include "storage/sql_access.hpp"

namespace auscult::storage {

/// A part of the history that is judged anew by one model. What was answered at first stays as it
/// was.
struct Reclassification {
  std::string id;
  std::string name;  ///< Of the model, as are the next two.
  std::string version;
  std::string sha256;
  std::string chosen;  ///< Which recordings, as a query: "device=ward-3&quality=good".
  Timestamp created_at;
  bool is_planned = false;  ///< Whether `total` has come to its end.
  std::int64_t total = 0;
  std::int64_t judged = 0;
  std::int64_t failed = 0;  ///< Of which no answer will come.

  [[nodiscard]] bool is_finished() const { return is_planned && judged + failed == total; }
};

/// A recording of one, by its place in the order of storing.
struct Pending {
  std::int64_t sequence = 0;
  std::string id;
};

/// What another model says of a recording.
struct NewAnswer {
  std::int64_t sequence = 0;
  std::string class_name;
  double confidence = 0;                  ///< Percent.
  std::string answer;                     ///< The API's JSON.
  std::optional<std::string> error = {};  ///< Set: there is none, and why.
};

struct Answer {
  std::string reclassification;
  std::string name;  ///< Of the model, as are the next two.
  std::string version;
  std::string sha256;
  std::string answer;
};

/// How many recordings of one class the other model puts into another, or the same.
struct ClassChange {
  std::string from;
  std::string to;
  std::int64_t recordings = 0;
};

/// Histories that are judged anew, in a store's database, by jobs of kReclassifyBatch recordings
/// each. Any thread.
class Reclassifications {
 public:
  /// The access outlives them.
  explicit Reclassifications(SqlAccess& access) : access_(access) {}

  /// Begins one of what is stored now, `wanted` saying what `id` to `created_at` do; or goes on
  /// with an unfinished one of the same model and the same recordings. Returns when all its jobs
  /// are there, made by some thousand at a time so that uploads need not wait. If that is
  /// interrupted, the same call goes on.
  Result<Reclassification> begin(const Reclassification& wanted, const ListQuery& which);

  /// Fails with not_found if there is none.
  Result<Reclassification> find(const std::string& id);
  /// The last ones first.
  Result<std::vector<Reclassification>> list(int limit);
  /// Forgets one, with its answers and what is still to be done. Fails with not_found.
  Status remove(const std::string& id);

  /// The recordings of a job that are still to be judged.
  Result<std::vector<Pending>> pending(const Job& job);
  /// Keeps what came of a job, and ends it. Fails as JobStore::finish() does.
  Status finish(const Job& job, std::span<const NewAnswer> answers);

  /// What was said of a recording since, by which model, the last one first.
  Result<std::vector<Answer>> answers_of(const std::string& recording);
  /// Old class against new one, of those that are judged.
  Result<std::vector<ClassChange>> changes(const std::string& id);

 private:
  Result<std::vector<Reclassification>> read(const std::string& where, const std::string* parameter,
                                             int limit);
  Result<std::string> start(const Reclassification& wanted);
  Result<bool> plan_some(const std::string& id, const ListQuery& which);

  SqlAccess& access_;
};

}  // namespace auscult::storage
