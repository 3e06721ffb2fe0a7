#pragma once

#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/verb.hpp>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "core/recording.hpp"
#include "http/query.hpp"
#include "http/response.hpp"
#include "service/recording_service.hpp"

namespace auscult::http {

/// A request as a handler sees it.
struct Request {
  Query query;
  boost::beast::http::fields headers;
  std::string id;  ///< What stands at `{id}`, `{name}` or `{path}` of the route's pattern.
};

/// What handlers work with. Any thread.
struct Context {
  service::RecordingService& service;
  std::string model_metrics;  ///< The text of the model's metrics.json, or empty.
};

/// Answers from memory, on the I/O thread.
struct Immediate {
  Response (*handle)();
};
/// Asks the store, on a reader thread.
struct Read {
  Response (*handle)(const Context& context, const Request& request);
};
/// Changes the store by a small JSON body, on a reader thread.
struct Write {
  Response (*handle)(const Context& context, const Request& request, std::string_view body);
};
/// Tells what happens to recordings until the connection ends; http/event_feed.hpp.
struct Feed {};
/// Takes a recording while it is made, on a WebSocket; http/live_stream.hpp.
struct Stream {};
/// Explains an upload and stores nothing, on a worker; http/diagnosis.hpp.
struct Diagnose {};
/// Takes an upload, on a worker; `receipt` is what the stored recording is answered with.
struct Submit {
  Response (*receipt)(const Recording& recording);
};

struct Route {
  boost::beast::http::verb method;  ///< GET answers HEAD too.
  /// `{id}` and `{name}` stand for one segment, `{path}` for all that is left.
  std::string_view pattern;
  std::variant<Immediate, Read, Write, Feed, Stream, Submit, Diagnose> handler;
};

/// All there are.
std::span<const Route> routes();

struct Match {
  const Route* route = nullptr;  ///< Null if the path or, then with `allow`, the method has none.
  std::string id;
  std::string allow;  ///< The path's methods as the Allow header lists them; empty: no such path.
};

/// Finds the route of a path that is not yet decoded.
Match match(boost::beast::http::verb method, std::string_view path);

}  // namespace auscult::http
