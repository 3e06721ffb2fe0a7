#include "service/upload_sessions.hpp"

#include <utility>

#include "core/hash.hpp"
#include "core/id.hpp"

namespace auscult::service {
namespace {

// As many ranges of missing chunks as fit on a screen are named.
constexpr std::size_t kMostNamed = 20;

/// "3, 7 to 9"
std::string named(const std::vector<storage::ChunkRange>& ranges) {
  std::string text;
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    if (i == kMostNamed) return text + ", ...";
    if (i > 0) text += ", ";
    text += std::to_string(ranges[i].first);
    if (ranges[i].last > ranges[i].first) text += " to " + std::to_string(ranges[i].last);
  }
  return text;
}

/// Why the chunks that have come are not a whole recording; empty if they are.
std::optional<Conflict> check_chunks(const storage::UploadSession& session,
                                     const std::optional<int>& count) {
  const auto incomplete = [](std::string message) {
    return Conflict{Conflict::Kind::incomplete, std::move(message)};
  };
  const std::vector<storage::ChunkRange> missing = missing_chunks(session, count);
  if (!missing.empty()) return incomplete("chunks are missing: " + named(missing));
  if (session.received.empty()) return incomplete("no chunk has come yet");
  const int last = session.received.back().last;
  if (count && last >= *count) {
    return incomplete("chunk " + std::to_string(last) + " has come, but there are to be only " +
                      std::to_string(*count) + ", from 0 on");
  }
  return std::nullopt;
}

}  // namespace

std::vector<storage::ChunkRange> missing_chunks(const storage::UploadSession& session,
                                                std::optional<int> count) {
  std::vector<storage::ChunkRange> missing;
  int next = 0;
  for (const storage::ChunkRange& range : session.received) {
    if (range.first > next) missing.push_back({next, range.first - 1});
    next = range.last + 1;
  }
  if (count && *count > next) missing.push_back({next, *count - 1});
  return missing;
}

Result<storage::UploadSession> UploadSessions::open(const Upload& start) {
  const Result<Settings> settled = recordings_.settle(start);
  if (!settled) return settled.error();
  storage::UploadSession session;
  session.id = new_id(start.received_at);
  session.device = settled->device;
  session.declared = declared_text(start);
  session.created_at = start.received_at;
  session.expires_at = start.received_at + config_.session_lifetime;
  if (const Status opened = store_.open_session(session, config_.sessions); !opened) {
    return opened.error();
  }
  return session;
}

Result<storage::UploadSession> UploadSessions::find(const std::string& id, Timestamp at) const {
  return store_.find_session(id, at);
}

Result<std::variant<bool, Conflict>> UploadSessions::put(const std::string& id, int number,
                                                         std::span<const std::byte> bytes,
                                                         Timestamp at) {
  using Put = std::variant<bool, Conflict>;
  if (bytes.empty()) return fail(ErrorCode::invalid_argument, "the chunk is empty");
  const storage::Chunk chunk{id, number, sha256_hex(bytes), bytes};
  const Result<storage::ChunkOutcome> outcome = store_.put_chunk(chunk, config_.sessions, at);
  if (!outcome) return outcome.error();
  switch (*outcome) {
    case storage::ChunkOutcome::stored:
      return Put(true);
    case storage::ChunkOutcome::same:
      return Put(false);
    case storage::ChunkOutcome::differs:
      return Put(Conflict{Conflict::Kind::chunk_differs,
                          "chunk " + std::to_string(number) +
                              " has come with other bytes before: number the chunks from 0 on, "
                              "each once"});
    case storage::ChunkOutcome::finished:
      return Put(Conflict{Conflict::Kind::finished,
                          "session " + id + " is finished and takes no more chunks"});
  }
  return fail(ErrorCode::internal, "no outcome");
}

Status UploadSessions::remove(const std::string& id) { return store_.remove_session(id); }

Result<std::variant<std::int64_t, Outcome>> UploadSessions::ready(const FinishRequest& request,
                                                                  Timestamp at) const {
  using Ready = std::variant<std::int64_t, Outcome>;
  const Result<storage::UploadSession> session = store_.find_session(request.session, at);
  if (!session) return session.error();
  if (session->recording_id) {
    Result<Recording> recording = store_.find(*session->recording_id);
    if (!recording) return recording.error();
    recording->review.reset();  // As it was answered.
    return Ready(Outcome(Stored{*std::move(recording), true}));
  }
  if (std::optional<Conflict> conflict = check_chunks(*session, request.chunks)) {
    return Ready(Outcome(*std::move(conflict)));
  }
  return Ready(session->bytes);
}

Result<Outcome> UploadSessions::finish(const FinishRequest& request, Timestamp at,
                                       classify::Workspace& workspace,
                                       MemoryBudget::Lease* memory) {
  const Turns::Turn turn = turns_.take(request.session);
  Result<std::variant<std::int64_t, Outcome>> ready = this->ready(request, at);
  if (!ready) return ready.error();
  if (auto* outcome = std::get_if<Outcome>(&*ready)) return std::move(*outcome);

  const Result<storage::UploadSession> session = store_.find_session(request.session, at);
  if (!session) return session.error();
  Result<std::vector<std::byte>> bytes = store_.session_bytes(request.session);
  if (!bytes) return bytes.error();
  if (request.sha256 && *request.sha256 != sha256_hex(*bytes)) {
    return Outcome(Conflict{Conflict::Kind::digest_differs,
                            "the SHA-256 of the " + std::to_string(bytes->size()) +
                                " bytes that have come is " + sha256_hex(*bytes) + ", not " +
                                *request.sha256});
  }
  Upload upload;
  upload.body = *bytes;
  upload.device = session->device;
  upload.received_at = at;
  upload.memory = memory;
  upload.heard = [&] {
    if (memory != nullptr) memory->give_back(bytes->size());
    *bytes = std::vector<std::byte>();  // Not {}, which would keep the memory.
  };
  if (const Status read = read_declared_text(session->declared, upload); !read) return read.error();
  storage::Origin origin;
  origin.session =
      storage::FinishedSession{session->id, session->chunks, at + config_.key_lifetime};
  Result<Recording> recording = recordings_.submit(upload, workspace, origin);
  if (recording) return Outcome(Stored{*std::move(recording), false});
  if (recording.error().code == ErrorCode::unavailable) {
    // Another process on the same store has finished it meanwhile, perhaps.
    ready = this->ready(request, at);
    auto* outcome = ready ? std::get_if<Outcome>(&*ready) : nullptr;
    if (outcome != nullptr) return std::move(*outcome);
  }
  return recording.error();
}

}  // namespace auscult::service
