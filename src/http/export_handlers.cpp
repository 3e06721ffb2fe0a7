#include <algorithm>

#include "core/id.hpp"
#include "core/limits.hpp"
#include "http/handlers.hpp"
#include "http/list_query.hpp"
#include "http/sound_lease.hpp"
#include "service/export.hpp"
#include "service/zip.hpp"

namespace auscult::http {
namespace {

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

/// Adds a page's table without the line that names its columns, but the first one's.
void append_table(std::string& all, std::string_view table) {
  if (!all.empty()) table.remove_prefix(table.find('\n') + 1);
  all += table;
}

/// The table that `to_csv` makes of every recording that the query asks for, page by page: as
/// recordings, with their windows and beats, they would take far more than as lines.
template <typename ToCsv>
Result<std::string> export_all(const service::RecordingService& service, storage::ListQuery query,
                               const ToCsv& to_csv) {
  std::string csv;
  std::size_t rows = 0;
  query.limit = limits::kMaxPageSize;
  do {
    Result<storage::Page> page = service.list(query);
    if (!page) return page.error();
    append_table(csv, to_csv(page->recordings));
    rows += page->recordings.size();
    if (rows > limits::kMaxExportRows) {
      return fail(ErrorCode::too_large, "these are more than " +
                                            std::to_string(limits::kMaxExportRows) +
                                            " recordings; narrow them down by from and to");
    }
    query.cursor = std::move(page->next_cursor);
  } while (query.cursor);
  return csv;
}

Result<storage::ListQuery> read_filters(const Query& query,
                                        const std::vector<std::string>& labels) {
  const Status names = check_names(query, filter_names());
  if (!names) return names.error();
  return parse_filters(query, labels);
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

Result<std::vector<std::byte>> make_archive(const Context& context,
                                            const std::vector<std::string>& ids) {
  const service::RecordingService& service = context.service;
  MemoryBudget::Lease archived(context.memory);
  service::ZipWriter zip;
  std::vector<Recording> recordings;
  for (const std::string& id : ids) {
    Result<Recording> recording = service.find(id);
    if (!recording) return recording.error();
    const Result<MemoryBudget::Lease> decoded = lease_sound(context, *recording);
    if (!decoded) return decoded.error();
    const Result<std::vector<std::byte>> wav = service.wav(id);
    if (!wav) return wav.error();
    // The archive may double what it holds.
    if (const Status fits = archived.add(2 * wav->size()); !fits) return fits.error();
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
          bytes_of(service::history_csv(recordings, service.model()->info().labels)));
  return std::move(zip).finish();
}

}  // namespace

Response export_csv(const Context& context, const Request& request) {
  const std::vector<std::string> labels = context.service.model()->info().labels;
  const Result<storage::ListQuery> query = read_filters(request.query, labels);
  if (!query) return problem_response(query.error());
  Result<std::string> csv =
      export_all(context.service, *query, [&labels](std::span<const Recording> recordings) {
        return service::history_csv(recordings, labels);
      });
  if (!csv) return problem_response(csv.error());
  return csv_response(*std::move(csv), "recordings.csv");
}

Response export_manifest(const Context& context, const Request& request) {
  Result<storage::ListQuery> query =
      read_filters(request.query, context.service.model()->info().labels);
  if (!query) return problem_response(query.error());
  query->corrected_only = true;
  Result<std::string> csv = export_all(context.service, *query, service::training_manifest);
  if (!csv) return problem_response(csv.error());
  return csv_response(*std::move(csv), "manifest.csv");
}

Response export_zip(const Context& context, const Request& request) {
  const Result<std::vector<std::string>> ids = read_ids(request.query);
  if (!ids) return problem_response(ids.error());
  Result<std::vector<std::byte>> archive = make_archive(context, *ids);
  if (!archive) return problem_response(archive.error());
  Response response = attachment("application/zip", "recordings.zip");
  response.content = *std::move(archive);
  return response;
}

}  // namespace auscult::http
