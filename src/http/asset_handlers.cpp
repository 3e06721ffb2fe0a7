#include <algorithm>

#include "http/assets.hpp"
#include "http/handlers.hpp"
#include "http/negotiation.hpp"
#include "http/page.hpp"

namespace auscult::http {
namespace {

using boost::beast::http::field;

// Everything comes from here, nothing is inline. Pictures and sound are also made in the page.
constexpr const char* kDashboardPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; connect-src 'self'; font-src 'self'; worker-src 'self'; "
    "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const Asset* find_asset(std::string_view path) {
  const std::span<const Asset> all = assets();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Asset& asset) { return asset.path == path; });
  return found == all.end() ? nullptr : &*found;
}

/// Files whose names change with their content.
bool is_hashed(const Asset& asset) { return asset.path.substr(0, 7) == "assets/"; }

Response asset_response(const Asset& asset, const Request& request) {
  const bool gzip = !asset.gzipped.empty() && accepts_gzip(request.headers[field::accept_encoding]);
  const std::string etag = "\"" + std::string(asset.tag) + (gzip ? "-gzip\"" : "\"");
  Response response;
  response.headers = {
      {"ETag", etag},
      {"Cache-Control", is_hashed(asset) ? "public, max-age=31536000, immutable" : "no-cache"},
      {"Content-Security-Policy", kDashboardPolicy},
      {"X-Content-Type-Options", "nosniff"},
      {"Referrer-Policy", "no-referrer"},
      {"Permissions-Policy", "microphone=(self), camera=(), geolocation=()"},
      {"Vary", is_hashed(asset) ? "Accept-Encoding" : "Accept, Accept-Encoding"}};
  if (matches_etag(request.headers[field::if_none_match], etag)) {
    response.status = 304;
    return response;
  }
  response.content_type = asset.type;
  response.content = std::string(gzip ? asset.gzipped : asset.content);
  if (gzip) response.headers.emplace_back("Content-Encoding", "gzip");
  return response;
}

Response latest_page_response(const Context& context) {
  Result<Recording> latest = context.service.latest(std::nullopt);
  if (!latest && latest.error().code != ErrorCode::not_found) {
    return text_response(500, "Error loading the latest recording: " + latest.error().message);
  }
  Response response;
  response.content_type = "text/html; charset=utf-8";
  response.content = latest_page(latest ? std::optional(*std::move(latest)) : std::nullopt);
  response.headers = {{"Content-Security-Policy", std::string(kPagePolicy)},
                      {"X-Content-Type-Options", "nosniff"},
                      {"Referrer-Policy", "no-referrer"},
                      {"Cache-Control", "no-store"},
                      {"Vary", "Accept"}};
  return response;
}

}  // namespace

Response show_dashboard(const Context& context, const Request& request) {
  const Asset* index = find_asset("index.html");
  return index == nullptr ? latest_page_response(context) : asset_response(*index, request);
}

Response show_asset(const Context& context, const Request& request) {
  if (const Asset* asset = find_asset(request.id)) return asset_response(*asset, request);
  // Not built in: the page that stands for it shows a recording, which is not for everybody.
  if (context.guard != nullptr && find_asset("index.html") == nullptr) {
    Response response;
    response.status = 303;
    response.headers = {{"Location", "/"}};
    return response;
  }
  // The dashboard's own places, such as /ui/history, are all the same page.
  const std::string_view name = std::string_view(request.id).substr(request.id.rfind('/') + 1);
  if (name.find('.') == std::string_view::npos) return show_dashboard(context, request);
  return text_response(404, "there is nothing at /ui/" + request.id);
}

Response redirect_to_dashboard() {
  Response response;
  response.status = 308;
  response.headers = {{"Location", "/ui/"}};
  return response;
}

}  // namespace auscult::http
