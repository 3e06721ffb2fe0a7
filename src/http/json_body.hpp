#pragma once

#include <string_view>

#include "auscult/result.hpp"
#include "queue/webhook.hpp"
#include "storage/recording_store.hpp"

/// What requests say in JSON. A member that is not known, or is of another type, fails with
/// invalid_argument and is named: misspelt, it would silently do nothing.
namespace auscult::http {

/// {"note": text or null, "label": text or null}, each may be missing. A note is plain text with
/// line breaks; empty texts count as null.
Result<storage::ReviewChange> parse_review_change(std::string_view body);

/// {"sample_rate": number, "channels": number, "format": text, "gain": number}, each may be null or
/// missing, which both mean: the server's choice. Bounds are for the service to check.
Result<DeviceSettings> parse_device_settings(std::string_view body);

/// {"url": text, "secret": text, "device": text, "class": text, "min_confidence": number,
/// "quality": "good" or "poor"}, all but the url may be null or missing. What is in them is for
/// make_webhook() to check.
Result<queue::WebhookRequest> parse_webhook(std::string_view body);

}  // namespace auscult::http
