#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auscult/result.hpp"
#include "core/recording.hpp"
#include "storage/webhooks.hpp"

/// Who is told of a recording gets a POST as Standard Webhooks 1.0.0 has it: the headers
/// webhook-id, webhook-timestamp and webhook-signature, by which the receiver knows that it is
/// ours, fresh, and whether it came before.
namespace auscult::queue {

/// A webhook as somebody asks for it; what is empty is made, or fits any recording.
struct WebhookRequest {
  std::string url;
  std::optional<std::string> secret = {};
  std::optional<std::string> device = {};
  std::optional<std::string> class_name = {};
  std::optional<double> min_confidence = {};
  std::optional<Quality::Verdict> quality = {};
};

/// Checks it and fills it in. Fails with invalid_argument, naming the value: on a URL that is not
/// http:// or https:// with a host and without a login, on a secret that is not "whsec_" and 24 to
/// 64 bytes in base64, on a device's name that is none, on a class that is none of `labels`, on a
/// confidence out of 0 to 100.
Result<storage::Webhook> make_webhook(const WebhookRequest& request,
                                      const std::vector<std::string>& labels, Timestamp at);

/// What is sent: {"type": "recording.stored", "timestamp": ..., "data": the recording as the API
/// has it}.
std::string payload_of(const Recording& recording);

/// "v1," and the base64 of the HMAC-SHA256 of "id.timestamp.payload" with the secret's bytes. Fails
/// with invalid_argument on a secret that is none.
Result<std::string> signature_of(std::string_view secret, std::string_view id,
                                 std::int64_t timestamp_s, std::string_view payload);

}  // namespace auscult::queue
