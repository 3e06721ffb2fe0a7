#include "http/server_metrics.hpp"

#include <algorithm>

namespace auscult::http {
namespace {

using metrics::Exposition;
using metrics::Labels;
using metrics::Type;

}  // namespace

RequestMetrics::RequestMetrics() : routes_(routes().size() + 1) {}

void RequestMetrics::answered(const Route* route, int status, double seconds) {
  const std::size_t index =
      route == nullptr ? routes().size() : static_cast<std::size_t>(route - routes().data());
  OfRoute& counts = routes_[index];
  counts.seconds.observe(seconds);
  const int place = std::clamp(status - kFirstStatus, 0, kStatuses - 1);
  counts.statuses[static_cast<std::size_t>(place)].add();
}

void RequestMetrics::expose(Exposition& out) const {
  const auto each = [this](const auto& write) {
    for (std::size_t i = 0; i < routes_.size(); ++i) {
      const bool has_route = i < routes().size();
      const std::string_view path = has_route ? routes()[i].pattern : "none";
      const auto method = has_route ? boost::beast::http::to_string(routes()[i].method) : "other";
      write(routes_[i], Labels{{"route", path}, {"method", {method.data(), method.size()}}});
    }
  };
  out.family("auscult_http_requests_total", Type::counter,
             "Requests answered, by the route's pattern and method (HEAD counts as GET) and by "
             "status; route none: there is no such, or the request could not be read.");
  each([&out](const OfRoute& counts, Labels labels) {
    labels.emplace_back("status", "");
    for (std::size_t i = 0; i < counts.statuses.size(); ++i) {
      if (counts.statuses[i].value() == 0) continue;
      const std::string status = std::to_string(kFirstStatus + static_cast<int>(i));
      labels.back().second = status;
      out.sample(counts.statuses[i], labels);
    }
  });
  out.family("auscult_http_request_duration_seconds", Type::histogram,
             "From the first byte of a request to the last of its answer; of feeds and live "
             "streams to their head.");
  each([&out](const OfRoute& counts, const Labels& labels) {
    const std::vector<std::uint64_t> seen = counts.seconds.counts();
    const bool is_used = std::ranges::any_of(seen, [](std::uint64_t n) { return n > 0; });
    if (is_used) out.sample(counts.seconds, labels);
  });
}

void ServerMetrics::expose(Exposition& out) const {
  requests.expose(out);
  const auto gauge = [&out](const char* name, const char* help, std::size_t value) {
    out.family(name, Type::gauge, help);
    out.sample(static_cast<double>(value));
  };
  gauge("auscult_connections", "Connections that are open.", connections);
  gauge("auscult_workers", "Threads that classify.", workers.size());
  gauge("auscult_queue_length", "Uploads that wait for a worker.", workers.waiting());
  gauge("auscult_queue_capacity", "Uploads that may wait; more are refused.",
        workers.queue_capacity());
  gauge("auscult_memory_budget_bytes", "What all requests together may hold.", memory.total());
  gauge("auscult_memory_used_bytes", "What they hold.", memory.total() - memory.left());
  const service::DroppedJobs dropped = workers.dropped();
  out.family("auscult_refused_total", Type::counter,
             "What was not done, and why: queue_full (a live stream that waits for a place asks 20 "
             "times a second), too_late, client_gone, memory, connection.");
  const auto refused = [&out](const char* reason, double count) {
    out.sample(count, {{"reason", reason}});
  };
  refused("queue_full", static_cast<double>(dropped.full));
  refused("too_late", static_cast<double>(dropped.late));
  refused("client_gone", static_cast<double>(dropped.unwanted));
  refused("memory", static_cast<double>(memory.refusals()));
  refused("connection", static_cast<double>(refused_connections.value()));
}

}  // namespace auscult::http
