#include <chrono>

#include "access/guard.hpp"
#include "http/credentials.hpp"
#include "http/handlers.hpp"
#include "http/page.hpp"
#include "http/query.hpp"
#include "http/text.hpp"
#include "json/json.hpp"

namespace auscult::http {
namespace {

using boost::beast::http::field;
using json::Json;

bool is_form(const Request& request) {
  constexpr std::string_view kForm = "application/x-www-form-urlencoded";
  const std::string_view type = request.headers[field::content_type];
  return iequals(trimmed(type.substr(0, std::min(type.find(';'), type.size()))), kForm);
}

/// The key of a form or of {"key": "..."}; empty if there is none.
std::string read_key(const Request& request, std::string_view body) {
  if (is_form(request)) {
    const Result<Query> form = Query::parse(body);
    return form ? form->find("key").value_or("") : "";
  }
  const Json json = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return {};
  const auto key = json.find("key");
  return key != json.end() && key->is_string() ? key->get<std::string>() : std::string();
}

Response see(const char* place) {
  Response response;
  response.status = 303;
  response.headers = {{"Location", place}, {"Cache-Control", "no-store"}};
  return response;
}

Response page(int status, std::string html) {
  Response response;
  response.status = status;
  response.content_type = "text/html; charset=utf-8";
  response.content = std::move(html);
  response.headers = {{"Content-Security-Policy", std::string(kLoginPolicy)},
                      {"Cache-Control", "no-store"}};
  return response;
}

void log(const Context& context, const Request& request, const char* event, const std::string& who,
         int status) {
  access::AuditLog* audit = context.guard == nullptr ? nullptr : context.guard->audit();
  if (audit == nullptr) return;
  access::AuditEntry entry{now(), event,  who, request.caller.address, request.method, "",
                           "",    status, ""};
  // The log says by itself what it could not take.
  (void)(status < 400 ? audit->append(entry) : audit->append_refused(entry));
}

}  // namespace

Response log_in(const Context& context, const Request& request, std::string_view body) {
  const bool form = is_form(request);
  // Else a page of elsewhere could log its visitors in as somebody of its choice.
  if (site_of(request.headers) == Site::other) {
    return to_response({403, "cross_site", "a login must come from this host's own page"}, "/v1");
  }
  if (context.guard == nullptr) {
    return to_response({404, "not_found", "this service has no keys: everything is open"}, "/v1");
  }
  const Result<access::Login> login = context.guard->log_in(read_key(request, body), now());
  if (!login) {
    const bool is_unknown = login.error().code == ErrorCode::not_found;
    const int status = is_unknown ? 401 : 503;
    log(context, request, "login", "anonymous", status);
    if (form) return page(status, login_page(login.error().message));
    Problem problem{status, is_unknown ? "unauthorized" : "unavailable", login.error().message};
    if (is_unknown) problem.headers = {{"WWW-Authenticate", "Bearer realm=\"auscult\""}};
    return to_response(problem, "/v1");
  }
  log(context, request, "login", login->who, 200);
  const long max_age_s = std::chrono::seconds(access::Guard::kLoginTime).count();
  Response response = form ? see("/")
                           : json_response(200, json::dump({{"who", login->who},
                                                            {"scopes", to_string(login->scopes)},
                                                            {"expires_in_s", max_age_s}}));
  response.headers.emplace_back(
      "Set-Cookie", session_cookie(login->session, request.caller.encrypted, max_age_s));
  return response;
}

Response log_out(const Context& context, const Request& request, std::string_view /*body*/) {
  const Credentials credentials = read_credentials(request.headers, request.caller.encrypted);
  const bool ours = site_of(request.headers) == Site::same;
  if (ours && context.guard != nullptr && !credentials.session.empty()) {
    if (const Status ended = context.guard->log_out(credentials.session); !ended) {
      return to_response(to_problem(ended.error()), "/v1");
    }
    log(context, request, "logout", "", 200);
  }
  Response response = is_form(request) ? see("/login") : json_response(200, "{}");
  response.headers.emplace_back("Set-Cookie", session_cookie("", request.caller.encrypted, 0));
  return response;
}

Response show_login() { return page(200, login_page("")); }

}  // namespace auscult::http
