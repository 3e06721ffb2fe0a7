#include "queue/webhook.hpp"

#include <curl/curl.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <span>

#include "core/id.hpp"
#include "core/limits.hpp"
#include "json/json.hpp"
#include "service/settings.hpp"

namespace auscult::queue {
namespace {

constexpr std::string_view kSecretPrefix = "whsec_";
constexpr std::size_t kFewestSecretBytes = 24;
constexpr std::size_t kMostSecretBytes = 64;
constexpr std::size_t kNewSecretBytes = 32;

std::string base64(std::span<const unsigned char> bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3), '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(),
                  static_cast<int>(bytes.size()));
  return text;
}

/// The key's bytes in a secret's text.
Result<std::vector<unsigned char>> key_of(std::string_view secret) {
  // Not named: it is a secret.
  const Error wrong = fail(ErrorCode::invalid_argument,
                           "the secret must be \"whsec_\" and 24 to 64 bytes in base64");
  if (secret.substr(0, kSecretPrefix.size()) != kSecretPrefix) return wrong;
  secret.remove_prefix(kSecretPrefix.size());
  if (secret.empty() || secret.size() % 4 != 0 || secret.size() > 2 * kMostSecretBytes) {
    return wrong;
  }
  std::vector<unsigned char> bytes(secret.size() / 4 * 3);
  const int decoded =
      EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(secret.data()),
                      static_cast<int>(secret.size()));
  if (decoded < 0) return wrong;
  for (std::size_t i = 1; i <= 2 && secret[secret.size() - i] == '='; ++i) bytes.pop_back();
  if (bytes.size() < kFewestSecretBytes || bytes.size() > kMostSecretBytes) return wrong;
  return bytes;
}

std::string new_secret() {
  std::array<unsigned char, kNewSecretBytes> bytes{};
  // What could be guessed would be worse than no signature.
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) std::abort();
  return std::string(kSecretPrefix) + base64(bytes);
}

struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
struct FreeText {
  void operator()(char* text) const { curl_free(text); }
};

std::string part_of(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return {};
  const std::unique_ptr<char, FreeText> owner(text);
  return text;
}

Status check_url(const std::string& text) {
  const auto wrong = [&](const std::string& why) {
    return fail(ErrorCode::invalid_argument,
                "url \"" + text.substr(0, limits::kMaxUrlBytes) + "\" " + why);
  };
  if (text.size() > limits::kMaxUrlBytes) {
    return wrong("... has more than " + std::to_string(limits::kMaxUrlBytes) + " bytes");
  }
  const std::unique_ptr<CURLU, FreeUrl> url(curl_url());
  if (curl_url_set(url.get(), CURLUPART_URL, text.c_str(), CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK) {
    return wrong("is no URL; try https://HOST/PATH");
  }
  const std::string scheme = part_of(url.get(), CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https") return wrong("is neither http:// nor https://");
  if (!part_of(url.get(), CURLUPART_USER).empty() ||
      !part_of(url.get(), CURLUPART_PASSWORD).empty()) {
    return wrong("has a login in it, which would be kept and shown: leave it out");
  }
  return Ok{};
}

}  // namespace

Result<storage::Webhook> make_webhook(const WebhookRequest& request,
                                      const std::vector<std::string>& labels, Timestamp at) {
  if (const Status url = check_url(request.url); !url) return url.error();
  if (request.secret) {
    const Result<std::vector<unsigned char>> key = key_of(*request.secret);
    if (!key) return key.error();
  }
  if (request.device) {
    if (const Status named = service::check_device_name(*request.device); !named) {
      return named.error();
    }
  }
  if (request.class_name &&
      std::find(labels.begin(), labels.end(), *request.class_name) == labels.end()) {
    return fail(ErrorCode::invalid_argument,
                "class \"" + *request.class_name + "\" is none of the model's");
  }
  if (request.min_confidence && !(*request.min_confidence >= 0 && *request.min_confidence <= 100)) {
    return fail(
        ErrorCode::invalid_argument,
        "min_confidence " + std::to_string(*request.min_confidence) + " is not from 0 to 100");
  }
  return storage::Webhook{.id = new_id(at),
                          .url = request.url,
                          .secret = request.secret.value_or(new_secret()),
                          .device = request.device,
                          .class_name = request.class_name,
                          .min_confidence = request.min_confidence,
                          .quality = request.quality,
                          .created_at = at};
}

std::string payload_of(const Recording& recording) {
  return json::dump({{"type", "recording.stored"},
                     {"timestamp", format_timestamp(recording.received_at)},
                     {"data", json::to_json(recording)}});
}

Result<std::string> signature_of(std::string_view secret, std::string_view id,
                                 std::int64_t timestamp_s, std::string_view payload) {
  const Result<std::vector<unsigned char>> key = key_of(secret);
  if (!key) return key.error();
  const std::string text =
      std::string(id) + '.' + std::to_string(timestamp_s) + '.' + std::string(payload);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  const unsigned char* made =
      HMAC(EVP_sha256(), key->data(), static_cast<int>(key->size()),
           reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size);
  if (made == nullptr) return fail(ErrorCode::internal, "no HMAC-SHA256");
  return "v1," + base64(std::span(digest).first(size));
}

}  // namespace auscult::queue
