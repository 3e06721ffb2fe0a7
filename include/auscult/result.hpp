#pragma once

#include <cassert>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace auscult {

/// Why something failed. The names are the `code` of the HTTP API's errors.
enum class ErrorCode {
  invalid_argument,    ///< The caller's parameters make no sense.
  malformed_audio,     ///< The bytes are not what they are said to be.
  unsupported_format,  ///< Well-formed, but nothing we read.
  unsupported_model,   ///< A model file we cannot run.
  too_large,           ///< Over a limit of core/limits.hpp or of the configuration.
  not_found,           ///< No such recording, file or device.
  unavailable,         ///< Full or shutting down: try again later.
  deadline_exceeded,   ///< Took longer than the request may.
  storage_failure,     ///< The disk or the database refused.
  internal,            ///< Our own fault.
};

/// The enumerator's name, e.g. "malformed_audio".
std::string_view to_string(ErrorCode code);

/// A failure, for a person: `message` says what was wrong, with the offending value.
struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message;
};

inline Error fail(ErrorCode code, std::string message) { return Error{code, std::move(message)}; }

/// A value or an Error, with the member names of C++23's std::expected.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : state_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool has_value() const { return std::holds_alternative<T>(state_); }
  explicit operator bool() const { return has_value(); }

  /// The value; the caller has checked that there is one.
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(value()); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  /// The error; the caller has checked that there is no value.
  [[nodiscard]] const Error& error() const {
    assert(!has_value());
    return *std::get_if<Error>(&state_);
  }

 private:
  T& value() {
    assert(has_value());
    return *std::get_if<T>(&state_);
  }
  [[nodiscard]] const T& value() const {
    assert(has_value());
    return *std::get_if<T>(&state_);
  }

  std::variant<T, Error> state_;
};

/// What a function without a result returns: `return Ok{};`.
struct Ok {};
using Status = Result<Ok>;

}  // namespace auscult
