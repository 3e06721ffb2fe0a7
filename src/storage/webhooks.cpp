#include "storage/webhooks.hpp"

#include <algorithm>
#include <utility>

#include "core/limits.hpp"
#include "storage/columns.hpp"

namespace auscult::storage {
namespace {

Error no_webhook(const std::string& id) {
  return fail(ErrorCode::not_found, "there is no webhook \"" + id + "\"");
}

Webhook read_row(const Statement& statement) {
  Webhook webhook;
  webhook.id = statement.text(0);
  webhook.url = statement.text(1);
  webhook.secret = statement.text(2);
  if (!statement.is_null(3)) webhook.device = statement.text(3);
  if (!statement.is_null(4)) webhook.class_name = statement.text(4);
  if (!statement.is_null(5)) webhook.min_confidence = statement.real(5);
  if (!statement.is_null(6)) {
    webhook.quality = statement.text(6) == "good" ? Quality::Verdict::good : Quality::Verdict::poor;
  }
  webhook.created_at = timestamp(statement.integer(7));
  return webhook;
}

}  // namespace

Status WebhookStore::add(const Webhook& webhook) {
  return access_.write([&](SqlConnection& database) -> Status {
    const Result<std::int64_t> count = database.query_integer("SELECT count(*) FROM webhooks");
    if (!count) return count.error();
    if (*count >= limits::kMaxWebhooks) {
      return fail(ErrorCode::too_large, "there are " + std::to_string(*count) +
                                            " webhooks, the most there may be: delete one");
    }
    Result<Statement> statement = database.prepare(
        "INSERT INTO webhooks (id, url, secret, device, class, min_confidence, quality, "
        "created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    if (!statement) return statement.error();
    statement->bind(webhook.id).bind(webhook.url).bind(webhook.secret).bind(webhook.device);
    statement->bind(webhook.class_name).bind(webhook.min_confidence);
    if (webhook.quality) {
      statement->bind(*webhook.quality == Quality::Verdict::good ? "good" : "poor");
    } else {
      statement->bind(nullptr);
    }
    return statement->bind(milliseconds(webhook.created_at)).run();
  });
}

Result<std::vector<Webhook>> WebhookStore::list() {
  std::vector<Webhook> webhooks;
  const Status read = access_.read([&](SqlConnection& database) -> Status {
    Result<Statement> statement = database.prepare(
        "SELECT id, url, secret, device, class, min_confidence, quality, created_at FROM webhooks "
        "ORDER BY id");
    if (!statement) return statement.error();
    webhooks.clear();
    for (;;) {
      const Result<bool> row = statement->step();
      if (!row) return row.error();
      if (!*row) return Ok{};
      webhooks.push_back(read_row(*statement));
    }
  });
  if (!read) return read.error();
  return webhooks;
}

Result<Webhook> WebhookStore::find(const std::string& id) {
  Result<std::vector<Webhook>> webhooks = list();
  if (!webhooks) return webhooks.error();
  const auto found = std::find_if(webhooks->begin(), webhooks->end(),
                                  [&](const Webhook& webhook) { return webhook.id == id; });
  if (found == webhooks->end()) return no_webhook(id);
  return std::move(*found);
}

Status WebhookStore::remove(const std::string& id) {
  return access_.write([&](SqlConnection& database) -> Status {
    Result<Statement> jobs =
        database.prepare("DELETE FROM jobs WHERE kind = 'webhook' AND details = ?");
    if (!jobs) return jobs.error();
    if (Status gone = jobs->bind(id).run(); !gone) return gone;
    Result<Statement> webhook = database.prepare("DELETE FROM webhooks WHERE id = ?");
    if (!webhook) return webhook.error();
    if (Status gone = webhook->bind(id).run(); !gone) return gone;
    return database.changes() == 1 ? Status(Ok{}) : no_webhook(id);
  });
}

}  // namespace auscult::storage
