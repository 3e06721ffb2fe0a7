#include <optional>
#include <utility>

#include "http/diagnosis.hpp"
#include "http/upload.hpp"

namespace auscult::http {
namespace {

using boost::beast::http::field;
using boost::beast::http::fields;

/// The head of an upload as far as it can be read: a part that cannot is a finding.
UploadHead read_head(const Request& request, std::vector<audio::Finding>& findings) {
  const auto complain = [&findings](const Error& error) {
    findings.push_back({"bad_parameter", error.message,
                        "send a value that is accepted: an upload with this one is refused"});
  };
  const Result<UploadHead> whole = read_upload_head(request.query, request.headers);
  if (whole) return *whole;
  UploadHead head;
  const Result<UploadHead> query = read_upload_head(request.query, {});
  const Result<UploadHead> headers = read_upload_head({}, request.headers);
  if (query) head = *query;
  if (!query) complain(query.error());
  if (!headers) {
    complain(headers.error());
    // The type by itself may be well, and says where the parts of a form end.
    fields type;
    type.set(field::content_type, request.headers[field::content_type]);
    if (const Result<UploadHead> typed = read_upload_head({}, type)) {
      head.content_type = typed->content_type;
      head.boundary = typed->boundary;
    }
  } else {
    head.headers = headers->headers;
    head.content_type = headers->content_type;
    head.boundary = headers->boundary;
  }
  return head;
}

}  // namespace

DiagnosisHead read_diagnosis(const Request& request, std::span<const std::byte> body) {
  DiagnosisHead head;
  service::DiagnosisInput& input = head.input;
  const UploadHead upload = read_head(request, input.findings);
  input.body = body;
  audio::Declaration form;
  std::optional<std::string> device;
  if (upload.boundary && !body.empty()) {
    UploadHead alone;
    alone.boundary = upload.boundary;
    const Result<service::Upload> file = read_upload(alone, body, Timestamp{});
    if (file) {
      input.body = file->body;
      form = file->declared;
      if (!file->device.empty()) device = file->device;
    } else {
      input.findings.push_back({"bad_form", file.error().message,
                                "send one part named file with the recording in it, and nothing "
                                "after the last boundary"});
    }
  }
  input.sources = {{"query", upload.query.declared},
                   {"form", form},
                   {"header", upload.headers.declared},
                   {"content type", upload.content_type}};
  head.device =
      upload.query.device.value_or(device.value_or(upload.headers.device.value_or("default")));
  return head;
}

}  // namespace auscult::http
