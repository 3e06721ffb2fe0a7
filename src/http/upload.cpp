#include "http/upload.hpp"

#include <array>
#include <boost/beast/http/field.hpp>
#include <charconv>
#include <utility>
#include <vector>

#include "http/idempotency_key.hpp"
#include "http/multipart.hpp"
#include "http/text.hpp"

namespace auscult::http {
namespace {

namespace beast_http = boost::beast::http;

Result<double> parse_gain(std::string_view value) {
  double gain = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), gain);
  if (error != std::errc{} || end != value.data() + value.size()) {
    return fail(ErrorCode::invalid_argument, "gain \"" + std::string(value) + "\" is no number");
  }
  if (const Status status = service::check_gain(gain); !status) return status.error();
  return gain;
}

}  // namespace

Result<bool> set_parameter(UploadParameters& parameters, std::string_view name,
                           std::string_view value) {
  if (name == "gain") {
    const Result<double> gain = parse_gain(value);
    if (!gain) return gain.error();
    parameters.gain = *gain;
    return true;
  }
  if (name == "evidence") {
    if (value != "true" && value != "false") {
      return fail(ErrorCode::invalid_argument,
                  "evidence \"" + std::string(value) + "\" is neither true nor false");
    }
    parameters.with_evidence = value == "true";
    return true;
  }
  if (name == "device") {
    if (value.empty()) return true;
    std::string device(value);
    if (const Status status = service::check_device_name(device); !status) return status.error();
    parameters.device = std::move(device);
    return true;
  }
  return audio::declare(parameters.declared, name, value);
}

namespace {

/// The headers of ESP-ADF's recorder examples, and ours for the device's name.
Result<UploadParameters> read_headers(const beast_http::fields& headers) {
  constexpr std::array<std::pair<const char*, const char*>, 5> kNames = {{
      {"x-audio-sample-rates", "sample_rate"},
      {"x-audio-bits", "bits"},
      {"x-audio-channel", "channels"},
      {"x-audio-channels", "channels"},
      {"x-device-id", "device"},
  }};
  UploadParameters parameters;
  for (const auto& [header, name] : kNames) {
    const auto found = headers.find(header);
    if (found == headers.end()) continue;
    const Result<bool> set = set_parameter(parameters, name, found->value());
    if (!set) return fail(set.error().code, std::string(header) + ": " + set.error().message);
  }
  return parameters;
}

struct Form {
  const Part* file = nullptr;
  UploadParameters fields;
};

Result<Form> read_form(const std::vector<Part>& parts) {
  Form form;
  for (const Part& part : parts) {
    // Some firmware writes the file's part without a filename.
    if (part.filename || part.name == "file" || part.name == "audio") {
      if (form.file != nullptr) {
        return fail(ErrorCode::invalid_argument,
                    "the multipart body has more than one file; send one recording a request");
      }
      form.file = &part;
      continue;
    }
    const std::string_view value(reinterpret_cast<const char*>(part.content.data()),
                                 part.content.size());
    const Result<bool> set = set_parameter(form.fields, part.name, value);
    if (!set) return set.error();
  }
  if (form.file == nullptr) {
    return fail(ErrorCode::invalid_argument, "the multipart body has no file part");
  }
  return form;
}

template <typename T>
std::optional<T> first_of(const std::optional<T>& a, const std::optional<T>& b,
                          const std::optional<T>& c) {
  return a ? a : b ? b : c;
}

}  // namespace

Result<UploadHead> read_upload_head(const Query& query, const beast_http::fields& headers) {
  UploadHead head;
  for (const auto& [name, value] : query.parameters()) {
    const Result<bool> set = set_parameter(head.query, name, value);
    if (!set) return set.error();
  }
  Result<UploadParameters> from_headers = read_headers(headers);
  if (!from_headers) return from_headers.error();
  head.headers = *std::move(from_headers);

  if (const auto key = headers.find("Idempotency-Key"); key != headers.end()) {
    Result<std::string> parsed = parse_idempotency_key(key->value());
    if (!parsed) return parsed.error();
    head.idempotency_key = *std::move(parsed);
  }
  const std::string_view encoding = headers[beast_http::field::content_encoding];
  if (!encoding.empty() && !iequals(encoding, "identity")) {
    return fail(ErrorCode::unsupported_format, "Content-Encoding \"" + std::string(encoding) +
                                                   "\" is not read; send the bytes as they are");
  }

  const std::string_view type = headers[beast_http::field::content_type];
  Result<std::optional<std::string>> boundary = multipart_boundary(type);
  if (!boundary) return boundary.error();
  head.boundary = *std::move(boundary);
  if (!head.boundary) {
    const Result<audio::Declaration> declared = audio::parse_media_type(type);
    if (!declared) return declared.error();
    head.content_type = *declared;
  }
  return head;
}

Result<service::Upload> read_upload(const UploadHead& head, std::span<const std::byte> body,
                                    Timestamp received_at) {
  UploadParameters fields;
  audio::Declaration type = head.content_type;
  if (head.boundary && !body.empty()) {
    const Result<std::vector<Part>> parts = parse_multipart(body, *head.boundary);
    if (!parts) return parts.error();
    Result<Form> form = read_form(*parts);
    if (!form) return form.error();
    const Result<audio::Declaration> declared = audio::parse_media_type(form->file->content_type);
    if (!declared) return declared.error();
    body = form->file->content;
    fields = std::move(form->fields);
    type = *declared;
  }
  if (body.empty()) return fail(ErrorCode::malformed_audio, "No audio data received");

  service::Upload upload;
  upload.body = body;
  upload.declared = audio::merge(audio::merge(head.query.declared, fields.declared),
                                 audio::merge(head.headers.declared, type));
  upload.gain = first_of(head.query.gain, fields.gain, head.headers.gain);
  upload.device = first_of(head.query.device, fields.device, head.headers.device).value_or("");
  upload.with_evidence =
      first_of(head.query.with_evidence, fields.with_evidence, head.headers.with_evidence)
          .value_or(false);
  upload.received_at = received_at;
  upload.idempotency_key = head.idempotency_key;
  return upload;
}

}  // namespace auscult::http
