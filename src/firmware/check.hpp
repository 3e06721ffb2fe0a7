#pragma once

#include <functional>
#include <string>
#include <vector>

#include "firmware/cases.hpp"
#include "json/json.hpp"

namespace auscult::firmware {

/// What came of one case.
struct Verdict {
  Case checked = {};
  Outcome outcome = {};
  bool is_skipped = false;  ///< It needs all its time, and that was not asked for.

  [[nodiscard]] bool passed() const { return outcome.faults.empty(); }
};

/// Runs one case. One that sends the sound of all cases must get `expected_class`, if that is not
/// empty.
Verdict check(const Case& checked, Bench& bench, const std::string& expected_class);

/// The class that the sound of all cases gets, sent in the simplest way: that which most uploads
/// are compared with. Empty if even that is not answered.
std::string reference_class(Bench& bench);

/// One line for a table, "PASS  rate-8000 ...", and below it, of a failure, what was sent, what
/// came back and what to do.
std::string to_text(const Verdict& verdict);

/// {name, device, reason, must_see, verdict: "passed", "failed" or "skipped", took_s, faults
/// [{what, advice}], exchanges [{sent_head, sent_bytes, interim, status, head, body, after_s}]}.
json::Json to_json(const Verdict& verdict);

}  // namespace auscult::firmware
