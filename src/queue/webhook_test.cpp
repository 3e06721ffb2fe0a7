#include "queue/webhook.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/id.hpp"
#include "json/json.hpp"

namespace auscult::queue {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// Known from the documents of Svix, where the scheme comes from.
constexpr const char* kSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

std::vector<std::string> labels() { return {"Normal", "Murmur"}; }

std::string why(const WebhookRequest& request) {
  const auto made = make_webhook(request, labels(), now());
  if (made) return "";
  EXPECT_EQ(made.error().code, ErrorCode::invalid_argument);
  return made.error().message;
}

TEST(SignatureOf, IsThatOfStandardWebhooks) {
  const auto signature = signature_of(kSecret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1'614'265'330,
                                      "{\"test\": 2432232314}");
  ASSERT_TRUE(signature) << signature.error().message;
  EXPECT_EQ(*signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(MakeWebhook, MakesASecretOfItsOwn) {
  const auto first = make_webhook({.url = "https://example.org/hook"}, labels(), now());
  const auto second = make_webhook({.url = "https://example.org/hook"}, labels(), now());
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_TRUE(is_id(first->id));
  EXPECT_THAT(first->secret, StartsWith("whsec_"));
  EXPECT_NE(first->secret, second->secret);
  EXPECT_TRUE(signature_of(first->secret, "id", 0, "{}"));
}

TEST(MakeWebhook, TakesASecretThatIsGiven) {
  const auto made = make_webhook({.url = "http://127.0.0.1:9/x?a=b", .secret = kSecret}, {}, now());
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->secret, kSecret);
  for (const char* wrong :
       {"", "whsec_", "whsec_c2hvcnQ=", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS", "whsec_M=KQ9r8GKYqrTwjUPD8I"}) {
    const std::string told = why({.url = "https://example.org", .secret = wrong});
    EXPECT_THAT(told, HasSubstr("24 to 64 bytes in base64")) << wrong;
    if (std::string(wrong).size() > 10) {
      EXPECT_THAT(told, Not(HasSubstr(wrong)));
    }
  }
}

TEST(MakeWebhook, NamesWhatIsWrong) {
  EXPECT_THAT(why({.url = ""}), HasSubstr("is no URL"));
  EXPECT_THAT(why({.url = "example.org/hook"}), HasSubstr("is no URL"));
  EXPECT_THAT(why({.url = "file:///etc/passwd"}), HasSubstr("neither http:// nor https://"));
  EXPECT_THAT(why({.url = "https://me:word@example.org"}), HasSubstr("a login in it"));
  EXPECT_THAT(why({.url = "https://" + std::string(3'000, 'x')}), HasSubstr("more than 2000"));
  WebhookRequest request{.url = "https://example.org", .class_name = "Noise"};
  EXPECT_THAT(why(request), HasSubstr("class \"Noise\" is none of the model's"));
  request = {.url = "https://example.org", .device = "ward 3"};
  EXPECT_THAT(why(request), HasSubstr("ward 3"));
  request = {.url = "https://example.org", .min_confidence = 101};
  EXPECT_THAT(why(request), HasSubstr("is not from 0 to 100"));
}

TEST(PayloadOf, HasTheRecordingAsTheApiHasIt) {
  Recording recording;
  recording.id = new_id(now());
  recording.result.labels = {"Normal"};
  recording.result.probabilities = {1};
  const json::Json payload = json::Json::parse(payload_of(recording));
  EXPECT_EQ(payload["type"], "recording.stored");
  EXPECT_EQ(payload["data"], json::to_json(recording));
}

}  // namespace
}  // namespace auscult::queue
