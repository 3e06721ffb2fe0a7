#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "core/memory_budget.hpp"
#include "http/connection.hpp"
#include "http/router.hpp"
#include "http/server.hpp"
#include "json/json.hpp"
#include "service/diagnosis.hpp"

namespace auscult::http {

/// An upload to be explained, its body read. It owns its bytes until a worker is done with them.
struct DiagnosisRequest {
  Request request;
  unsigned version = 11;  ///< Of HTTP: 10 or 11.
  std::vector<std::byte> body;
  MemoryBudget::Lease lease;
  Clock::time_point due;  ///< A worker does not start on it any more after this.
  std::optional<double> paced_bytes_per_s = {};  ///< If steadily.
};

/// Has a worker explain the upload: 200 and to_json(). Nothing is stored. Whatever was sent is
/// explained; 503 if the workers' queue is full or it is due, 500 if the store fails.
boost::asio::awaitable<Response> diagnose(DiagnosisRequest request, Workers& workers,
                                          service::RecordingService& service);

/// What the request around a body says of it: its sources in order of precedence, its device, and
/// what is wrong with it. `input.body` is that of the file where the body is a form.
struct DiagnosisHead {
  service::DiagnosisInput input;
  std::string device;
};
DiagnosisHead read_diagnosis(const Request& request, std::span<const std::byte> body);

/// {summary, advice [text], findings [{code, what, advice}], framing {...} or null, read_as {...}
/// or null, declared [{source, ...}], counts {sample_rate {value, source}, ...}, likely {...},
/// level, dc_offset, silent_fraction, dropouts, heart_rate_bpm, class, quality, disclaimer}:
/// docs/devices.md.
json::Json to_json(const service::Diagnosis& diagnosis, json::Json framing);

}  // namespace auscult::http
