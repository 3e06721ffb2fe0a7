#include "http/gate.hpp"

#include <boost/beast/http/verb.hpp>
#include <utility>

#include "access/secret.hpp"
#include "http/credentials.hpp"
#include "http/negotiation.hpp"

namespace auscult::http {
namespace {

using access::Decision;
using boost::beast::http::field;
using boost::beast::http::verb;

bool is_safe(verb method) { return method == verb::get || method == verb::head; }

std::string scope_name(const access::Need& need) {
  return std::string(need.scope ? to_string(*need.scope) : "");
}

bool is_for_display(std::string_view path) { return path == "/" || path == "/upload_audio"; }

Problem key_needed(const access::Need& need, std::string_view path, bool is_unknown) {
  Problem problem{401, "unauthorized", ""};
  const std::string error = is_unknown ? ", error=\"invalid_token\"" : "";
  problem.headers = {{"WWW-Authenticate", "Bearer realm=\"auscult\"" + error}};
  if (is_for_display(path)) {
    problem.detail =
        is_unknown ? "API key unknown, revoked or expired" : "API key needed: X-Api-Key";
    return problem;
  }
  const std::string scope = scope_name(need);
  problem.detail = is_unknown ? "the API key is not known here, revoked or expired"
                              : "this needs an API key with the scope \"" + scope + "\"";
  problem.detail += ": make one with `auscult keys create --name NAME --scopes " + scope +
                    "` and send it as `Authorization: Bearer KEY` or `X-Api-Key: KEY`";
  return problem;
}

access::AuditEntry entry_of(const Route& route, const Peer& peer, std::string_view method) {
  access::AuditEntry entry;
  entry.at = now();
  entry.event = "request";
  entry.who = "anonymous";
  entry.from = peer.address;
  entry.method = method;
  entry.route = route.pattern;
  return entry;
}

}  // namespace

std::variant<Caller, Refusal> check_caller(access::Guard* guard, const Admission& admission,
                                           const RequestHeader& header, const Peer& peer) {
  Caller caller{"anonymous", peer.address, peer.encrypted, {}, false};
  for (const auto& [name, value] : admission.request.query.parameters()) {
    if (!access::looks_like_key(value)) continue;
    return Refusal{{400, "key_in_url",
                    "a key must not be part of an address, which is kept in histories and logs: "
                    "revoke this one, and send the next as a header"},
                   caller.who};
  }
  const Route& route = *admission.route;
  const access::Need need{route.access.scope, route.access.contract == Contract::yes};
  if (guard == nullptr || !need.scope) return caller;

  Credentials credentials = read_credentials(header, peer.encrypted);
  const Site site = site_of(header);
  // A WebSocket is asked for by GET, yet does what a POST does.
  const bool changes = !is_safe(header.method()) || std::holds_alternative<Stream>(route.handler);
  caller.presented.key = std::move(credentials.key);
  // A cookie is sent by the browser, whoever's page asked for it.
  const bool is_doubtful = changes && site != Site::same;
  if (!is_doubtful) caller.presented.session = credentials.session;
  caller.presented.is_local = is_local(header, peer.address) && !(changes && site == Site::other);

  const Decision decision =
      guard->decide(need, caller.presented, now(), access::Guard::Clock::now());
  caller.who = decision.who;
  if (decision.outcome == Decision::Outcome::granted) return caller;
  const bool is_stream = std::holds_alternative<Stream>(route.handler);
  if (is_stream && decision.outcome == Decision::Outcome::no_key) {
    caller.owes_key = true;
    return caller;
  }
  const bool had_cookie = is_doubtful && !credentials.session.empty();
  if (had_cookie && decision.outcome == Decision::Outcome::no_key) {
    return Refusal{{403, "cross_site",
                    "a login counts for nothing in a request of another page: its Origin must be "
                    "this host, or Sec-Fetch-Site same-origin"},
                   caller.who};
  }
  const std::string_view path = route.pattern;
  if (path == "/" && prefers_html(header[field::accept])) {
    return Refusal{{303, "unauthorized", "log in first", {{"Location", "/login"}}}, caller.who};
  }
  return Refusal{refusal(decision, need, path), caller.who};
}

Problem refusal(const Decision& decision, const access::Need& need, std::string_view path) {
  switch (decision.outcome) {
    case Decision::Outcome::granted:
    case Decision::Outcome::no_key:
      return key_needed(need, path, false);
    case Decision::Outcome::unknown_key:
      return key_needed(need, path, true);
    case Decision::Outcome::lacks_scope: {
      const std::string scope = scope_name(need);
      return {403,
              "forbidden",
              "this key lacks the scope \"" + scope + "\"",
              {{"WWW-Authenticate",
                R"(Bearer realm="auscult", error="insufficient_scope", scope=")" + scope + "\""}}};
    }
    case Decision::Outcome::too_often:
      return {429,
              "too_many_requests",
              "too many requests with this key",
              {{"Retry-After", std::to_string(decision.retry_after.count())}}};
    case Decision::Outcome::unavailable:
      return {503, "unavailable", "the API keys cannot be read", {{"Retry-After", "2"}}};
  }
  return key_needed(need, path, false);
}

std::optional<access::AuditEntry> audit_entry(const Route& route, const Request& request,
                                              int status, bool with_uploads) {
  const Audited audited = route.access.audited;
  if (audited == Audited::no || (audited == Audited::if_asked && !with_uploads)) {
    return std::nullopt;
  }
  access::AuditEntry entry =
      entry_of(route, {request.caller.address, request.caller.encrypted}, request.method);
  entry.who = request.caller.who;
  entry.target = request.id;
  if (const auto ids = request.query.find("ids")) entry.target = *ids;
  entry.outcome = status;
  return entry;
}

access::AuditEntry refused_entry(const Route& route, const Peer& peer, std::string_view method,
                                 const Refusal& refusal) {
  access::AuditEntry entry = entry_of(route, peer, method);
  entry.event = "refused";
  entry.who = refusal.who;
  entry.outcome = refusal.problem.status;
  entry.detail = refusal.problem.code;
  return entry;
}

}  // namespace auscult::http
