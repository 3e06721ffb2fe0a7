#include "firmware/check.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace auscult::firmware {
namespace {

using json::Json;

constexpr std::size_t kShownBytes = 200;

/// One line of foreign text, fit for a terminal.
std::string shown(std::string_view text) {
  std::string line;
  for (const char letter : text.substr(0, kShownBytes)) {
    if (letter == '\r') continue;
    if (letter == '\n') {
      line += " | ";
    } else {
      line += letter < ' ' || letter > '~' ? '.' : letter;
    }
  }
  while (line.ends_with(" | ")) line.erase(line.size() - 3);
  return line + (text.size() > kShownBytes ? "..." : "");
}

std::string describe(const Exchange& exchange) {
  std::string text = "      sent   " + shown(exchange.sent_head) + " and " +
                     std::to_string(exchange.sent_bytes) + " bytes\n      came   ";
  for (const int status : exchange.reply.interim) text += std::to_string(status) + ", then ";
  if (exchange.reply.head.empty()) {
    text += exchange.reply.is_timeout ? "nothing in time" : "nothing";
  } else {
    text += shown(exchange.reply.head);
    if (!exchange.reply.body.empty()) text += " | \"" + shown(exchange.reply.body) + "\"";
  }
  return text + "\n";
}

Json to_json(const Exchange& exchange) {
  const Reply& reply = exchange.reply;
  return {{"sent_head", exchange.sent_head},
          {"sent_bytes", exchange.sent_bytes},
          {"interim", reply.interim},
          {"status", reply.status == 0 ? Json(nullptr) : Json(reply.status)},
          {"head", reply.head.substr(0, 4'096)},
          {"body", reply.body.substr(0, 4'096)},
          {"after_s", reply.head_after_s}};
}

const char* word_of(const Verdict& verdict) {
  if (verdict.is_skipped) return "skipped";
  return verdict.passed() ? "passed" : "failed";
}

}  // namespace

std::vector<Case> all_cases() {
  std::vector<Case> cases = format_cases();
  const std::vector<Case> transport = transport_cases();
  cases.insert(cases.end(), transport.begin(), transport.end());
  return cases;
}

std::string reference_class(Bench& bench) {
  return bench.upload({.body = encode(bench.heart(16'000), Layout{})}).answered_class;
}

Verdict check(const Case& checked, Bench& bench, const std::string& expected_class) {
  Verdict verdict{.checked = checked};
  if (checked.time == Time::full && !bench.is_full()) {
    verdict.is_skipped = true;
    return verdict;
  }
  const Clock::time_point started = Clock::now();
  verdict.outcome = checked.run(bench);
  verdict.outcome.took_s = std::chrono::duration<double>(Clock::now() - started).count();
  const std::string& answered = verdict.outcome.answered_class;
  if (checked.sound == Sound::same && verdict.passed() && !expected_class.empty() &&
      answered != expected_class) {
    verdict.outcome.add(
        "the same sound is " + answered + " here and " + expected_class + " as plain 16 kHz",
        "read this format as it is declared: docs/audio-input.md");
  }
  return verdict;
}

std::string to_text(const Verdict& verdict) {
  const Outcome& outcome = verdict.outcome;
  std::string answer;
  if (verdict.is_skipped) answer = "with --full";
  if (!outcome.exchanges.empty()) {
    const Reply& last = outcome.exchanges.back().reply;
    answer = std::to_string(last.status) + " " + shown(last.body.substr(0, 32));
  }
  std::array<char, 160> line{};
  (void)std::snprintf(line.data(), line.size(), "%-5s %-26.*s %7.2f s  ",
                      verdict.is_skipped ? "skip" : (verdict.passed() ? "PASS" : "FAIL"),
                      static_cast<int>(verdict.checked.name.size()), verdict.checked.name.data(),
                      outcome.took_s);
  std::string text = line.data() + answer + "\n";
  if (verdict.passed()) return text;
  text.append("      device ").append(verdict.checked.device).append("\n");
  text.append("      why    ").append(verdict.checked.reason).append("\n");
  text.append("      needs  ").append(verdict.checked.must_see).append("\n");
  // The last one is the one that failed.
  if (!outcome.exchanges.empty()) text += describe(outcome.exchanges.back());
  for (const Fault& fault : outcome.faults) {
    text.append("      wrong  ").append(fault.what).append("\n");
    text.append("      do     ").append(fault.advice).append("\n");
  }
  return text;
}

Json to_json(const Verdict& verdict) {
  Json faults = Json::array();
  for (const Fault& fault : verdict.outcome.faults) {
    faults.push_back({{"what", fault.what}, {"advice", fault.advice}});
  }
  Json exchanges = Json::array();
  for (const Exchange& exchange : verdict.outcome.exchanges) exchanges.push_back(to_json(exchange));
  return {{"name", verdict.checked.name},     {"device", verdict.checked.device},
          {"reason", verdict.checked.reason}, {"must_see", verdict.checked.must_see},
          {"verdict", word_of(verdict)},      {"took_s", verdict.outcome.took_s},
          {"faults", std::move(faults)},      {"exchanges", std::move(exchanges)}};
}

}  // namespace auscult::firmware
