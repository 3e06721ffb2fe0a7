#pragma once

#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/verb.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "access/guard.hpp"
#include "core/limits.hpp"
#include "core/memory_budget.hpp"
#include "core/recording.hpp"
#include "http/query.hpp"
#include "http/response.hpp"
#include "service/recording_service.hpp"

namespace auscult::http {

/// Who a request is from, as far as is known.
struct Caller {
  std::string who = "anonymous";  ///< Or "key:" and its id.
  std::string address;
  bool encrypted = false;
  access::Presented presented;
  bool owes_key = false;  ///< A live stream's first message must bring one.
};

/// A request as a handler sees it.
struct Request {
  Query query;
  boost::beast::http::fields headers;
  std::string method;
  Caller caller;
  std::string id;      ///< What stands at `{id}`, `{name}` or `{path}` of the route's pattern.
  std::string number;  ///< And at `{number}`.
};

struct ServerMetrics;

/// What handlers work with. Any thread.
struct Context {
  service::RecordingService& service;
  MemoryBudget& memory;            ///< What large sounds and answers are counted against.
  access::Guard* guard = nullptr;  ///< Null: everything is open to everybody.
  const ServerMetrics* metrics = nullptr;
};

/// Answers from memory, on the I/O thread.
struct Immediate {
  Response (*handle)();
};
/// Asks the store, on a reader thread.
struct Read {
  Response (*handle)(const Context& context, const Request& request);
};
/// Changes the store by a small body, JSON or a piece of audio, on a reader thread.
struct Write {
  Response (*handle)(const Context& context, const Request& request, std::string_view body);
  std::size_t max_bytes = limits::kMaxJsonBodyBytes;
};
/// Tells what happens to recordings until the connection ends; http/event_feed.hpp.
struct Feed {};
/// Takes a recording while it is made, on a WebSocket; http/live_stream.hpp.
struct Stream {};
/// Explains an upload and stores nothing, on a worker; http/diagnosis.hpp.
struct Diagnose {};
/// Answers by the Open Inference Protocol and stores nothing, on a worker; http/inference.hpp.
struct Infer {};
/// Takes an upload, on a worker; `receipt` is what the stored recording is answered with. Where it
/// may wait, `mode=async` has it only kept.
struct Submit {
  Response (*receipt)(const Recording& recording);
  bool may_wait = false;
};
/// Makes a recording of the pieces that have come, on a worker.
struct Finish {};

/// Whether a route belongs to the contract of the first devices, which know no keys.
enum class Contract : std::uint8_t { no, yes };
/// Whether requests are written into the audit log: no, if uploads are to be, or always.
enum class Audited : std::uint8_t { no, if_asked, always };

/// Who may, and whether it is written down. Every route says it: there is no default.
struct Access {
  std::optional<access::Scope> scope;  ///< Empty: everybody, even of a service that is closed.
  Contract contract;
  Audited audited;
};

struct Route {
  boost::beast::http::verb method;  ///< GET answers HEAD too.
  /// `{id}`, `{name}` and `{number}` stand for one segment, `{path}` for all that is left.
  std::string_view pattern;
  Access access;
  std::variant<Immediate, Read, Write, Feed, Stream, Submit, Finish, Diagnose, Infer> handler;
};

/// All there are.
std::span<const Route> routes();

struct Match {
  const Route* route = nullptr;  ///< Null if the path or, then with `allow`, the method has none.
  std::string id;
  std::string number;
  std::string allow;  ///< The path's methods as the Allow header lists them; empty: no such path.
};

/// Finds the route of a path that is not yet decoded.
Match match(boost::beast::http::verb method, std::string_view path);

}  // namespace auscult::http
