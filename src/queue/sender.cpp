#include "queue/sender.hpp"

#include <curl/curl.h>

#include <array>
#include <chrono>
#include <new>
#include <utility>

#include "queue/webhook.hpp"

namespace auscult::queue {
namespace {

constexpr long kConnectSeconds = 5;
constexpr long kTotalSeconds = 10;
constexpr long kGone = 410;

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

std::size_t leave_out(char* /*bytes*/, std::size_t size, std::size_t count, void* /*nothing*/) {
  return size * count;
}

}  // namespace

void Sender::Cleanup::operator()(void* handle) const { curl_easy_cleanup(handle); }

Sender::Sender() {
  // Its first call of all must not be in several threads at once; later ones only count.
  static const CURLcode kReady = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (kReady == CURLE_OK) handle_.reset(curl_easy_init());
  if (handle_ == nullptr) throw std::bad_alloc();
}

Status Sender::send(const storage::Webhook& webhook, const std::string& id,
                    const std::string& payload, Timestamp at) {
  const std::int64_t seconds =
      std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count();
  const Result<std::string> signature = signature_of(webhook.secret, id, seconds, payload);
  if (!signature) return signature.error();
  std::unique_ptr<curl_slist, FreeList> headers;
  for (const std::string& header :
       {std::string("Content-Type: application/json"), std::string("Expect:"), "webhook-id: " + id,
        "webhook-timestamp: " + std::to_string(seconds), "webhook-signature: " + *signature}) {
    curl_slist* longer = curl_slist_append(headers.get(), header.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    (void)headers.release();
    headers.reset(longer);
  }

  CURL* const handle = handle_.get();
  curl_easy_reset(handle);
  std::array<char, CURL_ERROR_SIZE> why{};
  curl_easy_setopt(handle, CURLOPT_URL, webhook.url.c_str());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_POSTFIELDS, payload.data());
  curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(payload.size()));
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(handle, CURLOPT_USERAGENT, "auscult/" AUSCULT_VERSION);
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  curl_easy_setopt(handle, CURLOPT_TIMEOUT, kTotalSeconds);
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &leave_out);
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, why.data());
  const CURLcode sent = curl_easy_perform(handle);
  if (sent != CURLE_OK) {
    const std::string reason = why.front() != '\0' ? why.data() : curl_easy_strerror(sent);
    return fail(ErrorCode::unavailable, webhook.url + ": " + reason);
  }
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  if (status >= 200 && status < 300) return Ok{};
  return fail(status == kGone ? ErrorCode::not_found : ErrorCode::unavailable,
              webhook.url + " answered with status " + std::to_string(status));
}

}  // namespace auscult::queue
