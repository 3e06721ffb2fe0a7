#include "http/page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <array>

namespace auscult::http {
namespace {

using testing::HasSubstr;
using testing::Not;

Recording recording_of(std::string device) {
  Recording recording;
  recording.device = std::move(device);
  recording.result.labels = {"Artifact", "Murmur", "Normal", "Extrahls", "Extrastole"};
  recording.result.probabilities = {0, 0.019, 0.981, 0, 0};
  recording.result.class_index = 2;
  recording.result.confidence = 98.1;
  return recording;
}

TEST(LatestPage, ShowsTheAnswerWhatItMeansAndWhatItIsNot) {
  const std::string page = latest_page(recording_of("esp"));
  EXPECT_THAT(page, HasSubstr("Normal <span class=\"confidence\">98%</span>"));
  EXPECT_THAT(page, HasSubstr("lub and dub"));
  EXPECT_THAT(page, HasSubstr("Not a medical device"));
  EXPECT_THAT(page, Not(HasSubstr("poor\">")));
}

TEST(LatestPage, SaysWhyARecordingIsPoor) {
  Recording recording = recording_of("esp");
  recording.result.quality = {Quality::Verdict::poor, {"it is nearly silent"}};
  EXPECT_THAT(latest_page(recording), HasSubstr("it is nearly silent."));
}

TEST(LatestPage, EscapesWhatADeviceSaysOfItself) {
  const std::string page = latest_page(recording_of("<script>alert('&\"')</script>"));
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert(&#39;&amp;&quot;&#39;)"));
}

TEST(LatestPage, SaysThatThereIsNoneYet) {
  EXPECT_THAT(latest_page(std::nullopt), HasSubstr("No recording yet"));
}

TEST(PagePolicy, AllowsTheStyleOfThePageAndNoOther) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(kPageStyle.data()), kPageStyle.size(),
         digest.data());
  std::array<unsigned char, 64> encoded{};
  EVP_EncodeBlock(encoded.data(), digest.data(), SHA256_DIGEST_LENGTH);
  const std::string expected = reinterpret_cast<const char*>(encoded.data());
  EXPECT_THAT(std::string(kPagePolicy), HasSubstr("style-src 'sha256-" + expected + "'"));
  EXPECT_THAT(std::string(kLoginPolicy), HasSubstr("style-src 'sha256-" + expected + "'"));
  for (const std::string& page : {latest_page(std::nullopt), login_page("")}) {
    EXPECT_THAT(page, HasSubstr("<style>" + std::string(kPageStyle) + "</style>"));
  }
}

TEST(LoginPage, EscapesItsComplaint) { EXPECT_THAT(login_page("<b>"), HasSubstr("&lt;b&gt;")); }

}  // namespace
}  // namespace auscult::http
