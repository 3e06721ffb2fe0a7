#pragma once

#include <string>
#include <string_view>

#include "auscult/result.hpp"

namespace auscult::firmware {

/// Where a device sends to.
struct Address {
  std::string host;
  std::string port = "80";
  std::string prefix;  ///< What stands before every path, "" or "/behind/a/proxy".

  /// As the Host header says it: without the port where that is 80.
  [[nodiscard]] std::string authority() const;
};

/// Reads "http://HOST", "http://HOST:PORT/PREFIX", "http://[::1]:8000", or the same without
/// "http://". A prefix that ends in "/upload_audio" is taken for the whole address that firmware
/// has. Fails with invalid_argument, quoting the text and saying what is wanted; of https too,
/// which this does not speak.
Result<Address> parse_address(std::string_view url);

}  // namespace auscult::firmware
