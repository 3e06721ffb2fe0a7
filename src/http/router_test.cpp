#include "http/router.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "http/openapi.hpp"
#include "json/json.hpp"

namespace auscult::http {
namespace {

using boost::beast::http::verb;
using json::Json;

TEST(Router, FindsARouteByMethodAndPath) {
  const Match found = match(verb::put, "/upload_audio");
  ASSERT_NE(found.route, nullptr);
  EXPECT_EQ(found.route->pattern, "/upload_audio");
  EXPECT_EQ(found.route->method, verb::put);
}

TEST(Router, TakesTheIdOutOfThePath) {
  EXPECT_EQ(match(verb::get, "/v1/recordings/abc").id, "abc");
  const Match audio = match(verb::get, "/v1/recordings/a%62c/audio");
  ASSERT_NE(audio.route, nullptr);
  EXPECT_EQ(audio.id, "abc");
}

TEST(Router, TakesTheNumberOfAChunkBesideItsId) {
  const Match chunk = match(verb::put, "/v1/sessions/abc/chunks/1%37");
  ASSERT_NE(chunk.route, nullptr);
  EXPECT_EQ(chunk.id, "abc");
  EXPECT_EQ(chunk.number, "17");
}

TEST(Router, TakesTheRestOfThePathWhereThePatternSaysSo) {
  const auto rest = [](const char* path) { return match(verb::get, path).id; };
  EXPECT_EQ(rest("/ui/assets/main-1a%2Db.js"), "assets/main-1a-b.js");
  EXPECT_EQ(rest("/ui/"), "");
  EXPECT_EQ(match(verb::get, "/ui/a/b").route->pattern, "/ui/{path}");
  EXPECT_EQ(match(verb::get, "/ui").route->pattern, "/ui");
  EXPECT_EQ(match(verb::get, "/ui/%").route, nullptr);
}

TEST(Router, PrefersAPathThatIsSpeltOut) {
  EXPECT_EQ(match(verb::get, "/v1/recordings/export.csv").route->pattern,
            "/v1/recordings/export.csv");
  EXPECT_EQ(match(verb::get, "/v1/recordings/export.pdf").route->pattern, "/v1/recordings/{id}");
}

TEST(Router, AnswersHeadWhereItAnswersGet) {
  EXPECT_NE(match(verb::head, "/v1/model").route, nullptr);
  EXPECT_EQ(match(verb::head, "/upload_audio").route, nullptr);
}

TEST(Router, ListsTheMethodsOfAPath) {
  EXPECT_EQ(match(verb::get, "/upload_audio").allow, "POST, PUT, OPTIONS");
  EXPECT_EQ(match(verb::put, "/v1/recordings/x").allow, "GET, HEAD, PATCH, DELETE, OPTIONS");
  EXPECT_EQ(match(verb::delete_, "/v1/recordings/export.csv").allow, "GET, HEAD, OPTIONS");
  EXPECT_EQ(match(verb::unknown, "/").allow, "GET, HEAD, OPTIONS");
}

TEST(Router, KnowsNoPathBesidesItsOwn) {
  for (const char* path : {"", "//", "/upload_audio/", "/Upload_Audio", "/v1", "/v1/",
                           "/v1/model/x", "/v1/recordings/x/audio/", "/%", "/healthz%00"}) {
    const Match found = match(verb::get, path);
    EXPECT_EQ(found.route, nullptr) << path;
    EXPECT_EQ(found.allow, "") << path;
  }
}

TEST(Router, AndTheDocumentHaveTheSameRoutes) {
  std::set<std::string> routed;
  for (const Route& route : routes()) {
    std::string method(boost::beast::http::to_string(route.method));
    for (char& c : method) c = static_cast<char>(std::tolower(c));
    routed.insert(method + " " + std::string(route.pattern));
  }
  std::set<std::string> documented;
  const Json document = Json::parse(openapi_document());
  EXPECT_EQ(document["openapi"], "3.1.0");
  for (const auto& [path, item] : document["paths"].items()) {
    for (const auto& [method, operation] : item.items()) {
      std::string route = method;
      route.append(" ").append(path);
      if (method != "parameters") documented.insert(std::move(route));
    }
  }
  EXPECT_EQ(routed, documented);
}

TEST(Router, AndTheDocumentNameTheSameScopes) {
  const Json document = Json::parse(openapi_document());
  for (const Route& route : routes()) {
    std::string method(boost::beast::http::to_string(route.method));
    for (char& c : method) c = static_cast<char>(std::tolower(c));
    const Json& operation = document["paths"][std::string(route.pattern)][method];
    const std::string scope(route.access.scope ? to_string(*route.access.scope) : "");
    EXPECT_EQ(operation.value("x-scope", ""), scope) << method << " " << route.pattern;
    EXPECT_EQ(operation.contains("security"), scope.empty()) << method << " " << route.pattern;
  }
}

TEST(OpenapiDocument, DefinesWhatItRefersTo) {
  const Json document = Json::parse(openapi_document());
  const Json by_place = document.flatten();
  std::set<std::string> references;
  for (const auto& [place, value] : by_place.items()) {
    if (place.ends_with("/$ref")) references.insert(value);
  }
  EXPECT_FALSE(references.empty());
  for (const std::string& reference : references) {
    EXPECT_TRUE(document.contains(Json::json_pointer(reference.substr(1)))) << reference;
  }
}

}  // namespace
}  // namespace auscult::http
