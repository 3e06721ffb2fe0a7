#pragma once

#include <filesystem>
#include <string>

namespace auscult::testing {

/// A self-signed certificate for 127.0.0.1 with an elliptic key, as two PEM files.
struct CertificateFiles {
  std::filesystem::path certificate;
  std::filesystem::path key;
};

/// Makes one with `name` as its common name in `folder`, replacing what is there. Throws
/// std::runtime_error if OpenSSL cannot.
CertificateFiles write_certificate(const std::filesystem::path& folder, const std::string& name);

}  // namespace auscult::testing
