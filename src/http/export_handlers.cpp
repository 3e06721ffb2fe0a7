#include <algorithm>

#include "core/id.hpp"
#include "core/limits.hpp"
#include "http/handlers.hpp"
#include "http/list_query.hpp"
#include "service/export.hpp"
#include "service/zip.hpp"

namespace auscult::http {
namespace {

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

/// Every recording that the query asks for, page by page.
Result<std::vector<Recording>> read_all(const service::RecordingService& service,
                                        storage::ListQuery query) {
  std::vector<Recording> recordings;
  query.limit = limits::kMaxPageSize;
  do {
    Result<storage::Page> page = service.list(query);
    if (!page) return page.error();
    std::move(page->recordings.begin(), page->recordings.end(), std::back_inserter(recordings));
    if (recordings.size() > limits::kMaxExportRows) {
      return fail(ErrorCode::too_large, "these are more than " +
                                            std::to_string(limits::kMaxExportRows) +
                                            " recordings; narrow them down by from and to");
    }
    query.cursor = std::move(page->next_cursor);
  } while (query.cursor);
  return recordings;
}

Result<std::vector<Recording>> read_filtered(const Context& context, const Request& request,
                                             bool corrected_only) {
  const Status names = check_names(request.query, filter_names());
  if (!names) return names.error();
  Result<storage::ListQuery> query = parse_filters(request.query, context.service.model().labels);
  if (!query) return query.error();
  query->corrected_only = corrected_only;
  return read_all(context.service, *std::move(query));
}

/// Something to be saved under `name`.
Response attachment(std::string type, const std::string& name) {
  Response response;
  response.content_type = std::move(type);
  response.headers = {{"Content-Disposition", "attachment; filename=\"" + name + "\""},
                      {"Cache-Control", "no-store"},
                      {"X-Content-Type-Options", "nosniff"}};
  return response;
}

Response csv_response(std::string csv, const std::string& name) {
  Response response = attachment("text/csv; charset=utf-8", name);
  response.content = std::move(csv);
  return response;
}

Result<std::vector<std::string>> read_ids(const Query& query) {
  if (const Status names = check_names(query, {"ids"}); !names) return names.error();
  std::string_view text;
  const std::optional<std::string> value = find_filled(query, "ids");
  if (value) text = *value;
  std::vector<std::string> ids;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(','), text.size());
    std::string id(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!is_id(id)) {
      return fail(ErrorCode::invalid_argument, "\"" + id + "\" in ids is no recording's id");
    }
    // Twice the same file would be a broken archive.
    if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(std::move(id));
  }
  if (ids.empty() || ids.size() > limits::kMaxExportIds) {
    return fail(ErrorCode::invalid_argument, "ids must name 1 to " +
                                                 std::to_string(limits::kMaxExportIds) +
                                                 " recordings, with commas between them");
  }
  return ids;
}

Result<std::vector<std::byte>> make_archive(const service::RecordingService& service,
                                            const std::vector<std::string>& ids) {
  service::ZipWriter zip;
  std::vector<Recording> recordings;
  for (const std::string& id : ids) {
    Result<Recording> recording = service.find(id);
    if (!recording) return recording.error();
    const Result<std::vector<std::byte>> wav = service.wav(id);
    if (!wav) return wav.error();
    if (zip.size() + wav->size() > limits::kMaxExportBytes) {
      return fail(ErrorCode::too_large, "the recordings have more than " +
                                            std::to_string(limits::kMaxExportBytes) +
                                            " bytes in all; ask for fewer at a time");
    }
    zip.add(id + ".wav", recording->received_at, *wav);
    recordings.push_back(*std::move(recording));
  }
  const Timestamp time = now();
  zip.add("manifest.csv", time, bytes_of(service::training_manifest(recordings)));
  zip.add("recordings.csv", time,
          bytes_of(service::history_csv(recordings, service.model().labels)));
  return std::move(zip).finish();
}

}  // namespace

Response export_csv(const Context& context, const Request& request) {
  const Result<std::vector<Recording>> recordings = read_filtered(context, request, false);
  if (!recordings) return problem_response(recordings.error());
  return csv_response(service::history_csv(*recordings, context.service.model().labels),
                      "recordings.csv");
}

Response export_manifest(const Context& context, const Request& request) {
  const Result<std::vector<Recording>> recordings = read_filtered(context, request, true);
  if (!recordings) return problem_response(recordings.error());
  return csv_response(service::training_manifest(*recordings), "manifest.csv");
}

Response export_zip(const Context& context, const Request& request) {
  const Result<std::vector<std::string>> ids = read_ids(request.query);
  if (!ids) return problem_response(ids.error());
  Result<std::vector<std::byte>> archive = make_archive(context.service, *ids);
  if (!archive) return problem_response(archive.error());
  Response response = attachment("application/zip", "recordings.zip");
  response.content = *std::move(archive);
  return response;
}

}  // namespace auscult::http
