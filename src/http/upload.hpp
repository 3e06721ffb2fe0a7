#pragma once

#include <boost/beast/http/fields.hpp>
#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "audio/declaration.hpp"
#include "auscult/result.hpp"
#include "core/time.hpp"
#include "http/query.hpp"
#include "service/settings.hpp"

namespace auscult::http {

/// What one source, such as the query, says of an upload. Unset means that it says nothing.
struct UploadParameters {
  audio::Declaration declared;
  std::optional<double> gain;
  std::optional<std::string> device;
  std::optional<bool> with_evidence;
};

/// Sets what the parameter `name` says: gain, device, or one of audio::declare(). Returns whether
/// the name is one of these. Fails with invalid_argument on a value that is out of bounds.
Result<bool> set_parameter(UploadParameters& parameters, std::string_view name,
                           std::string_view value);

/// What a request says of its upload before the body is read.
struct UploadHead {
  UploadParameters query;
  UploadParameters headers;             ///< ESP-ADF's and X-Device-Id.
  audio::Declaration content_type;      ///< What the media type says.
  std::optional<std::string> boundary;  ///< Set for multipart/form-data.
  std::optional<std::string> idempotency_key;
};

/// Reads the query (sample_rate, channels, sample_width, format, byte_order, gain, device; others
/// are ignored), the headers x-audio-sample-rates, x-audio-bits, x-audio-channel(s) and
/// X-Device-Id, the Idempotency-Key and the Content-Type. Fails with invalid_argument, naming the
/// value, on one that is out of bounds, and with unsupported_format on a Content-Encoding.
Result<UploadHead> read_upload_head(const Query& query, const boost::beast::http::fields& headers);

/// The upload in `body`, which must outlive it: the body itself, or the one file of a multipart
/// body, whose fields then stand between the query and the headers, and whose part's type takes the
/// place of the Content-Type. Query wins over headers, headers over the media type.
/// Fails with malformed_audio, "No audio data received", if there is none, and with
/// invalid_argument on a multipart body that is malformed or has not exactly one file.
Result<service::Upload> read_upload(const UploadHead& head, std::span<const std::byte> body,
                                    Timestamp received_at);

}  // namespace auscult::http
