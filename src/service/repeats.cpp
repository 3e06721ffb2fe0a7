#include "service/repeats.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <utility>

#include "core/hash.hpp"

namespace auscult::service {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

std::string shortest(double number) {
  std::array<char, 32> text{};
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), number);
  return {text.data(), end};
}

}  // namespace

std::string declared_text(const Upload& upload) {
  std::string text;
  const auto add = [&text](std::string_view name, std::string_view value) {
    if (!text.empty()) text += ' ';
    text.append(name).append("=").append(value);
  };
  const audio::Declaration& declared = upload.declared;
  if (declared.sample_rate_hz) add("sample_rate", std::to_string(*declared.sample_rate_hz));
  if (declared.channels) add("channels", std::to_string(*declared.channels));
  if (declared.format) add("format", audio::to_string(*declared.format));
  if (declared.byte_order) {
    add("byte_order", *declared.byte_order == audio::ByteOrder::big ? "big" : "little");
  }
  if (upload.gain) add("gain", shortest(*upload.gain));
  if (upload.with_evidence) add("evidence", "true");
  return text;
}

Status read_declared_text(std::string_view text, Upload& upload) {
  while (!text.empty()) {
    const std::string_view setting = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(setting.size() + 1, text.size()));
    const std::size_t equals = std::min(setting.find('='), setting.size());
    const std::string_view name = setting.substr(0, equals);
    const std::string_view value = setting.substr(std::min(equals + 1, setting.size()));
    bool known = true;
    if (name == "gain") {
      double gain = 0;
      known = std::from_chars(value.data(), value.data() + value.size(), gain).ec == std::errc{};
      upload.gain = gain;
    } else if (name == "evidence") {
      upload.with_evidence = true;
    } else {
      const Result<bool> set = audio::declare(upload.declared, name, value);
      known = set && *set;
    }
    if (!known) {
      return fail(ErrorCode::internal, "\"" + std::string(setting) + "\" is no declaration");
    }
  }
  return Ok{};
}

std::string fingerprint(const Upload& upload, std::string_view body_sha256,
                        std::string_view judged_by) {
  // None of these has a line break.
  return sha256_hex(bytes_of(device_of(upload) + '\n' + declared_text(upload) + '\n' +
                             std::string(judged_by) + '\n' + std::string(body_sha256)));
}

Turns::Turn Turns::take(std::string name) {
  std::unique_lock lock(mutex_);
  given_back_.wait(lock, [&] { return !taken_.contains(name); });
  taken_.insert(name);
  return {this, std::move(name)};
}

Turns::Turn::~Turn() {
  if (turns_ == nullptr) return;
  {
    const std::lock_guard lock(turns_->mutex_);
    turns_->taken_.erase(name_);
  }
  turns_->given_back_.notify_all();
}

}  // namespace auscult::service
