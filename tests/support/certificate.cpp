#include "support/certificate.hpp"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <memory>
#include <stdexcept>

namespace auscult::testing {
namespace {

void require(bool done, const char* what) {
  if (!done) throw std::runtime_error(std::string("cannot make a certificate: ") + what);
}

template <typename Write>
void write_pem(const std::filesystem::path& path, const Write& write) {
  const std::filesystem::path pending = path.string() + ".new";
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(pending.c_str(), "w"),
                                                       std::fclose);
  require(file != nullptr, "open");
  const bool written = write(file.get()) == 1;
  file.reset();
  require(written, "write");
  std::filesystem::rename(pending, path);
}

}  // namespace

CertificateFiles write_certificate(const std::filesystem::path& folder, const std::string& name) {
  const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  require(key != nullptr, "key");
  const std::unique_ptr<X509, void (*)(X509*)> certificate(X509_new(), X509_free);
  X509* x509 = certificate.get();
  constexpr long kDayS = 86'400;
  X509_set_version(x509, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
  X509_gmtime_adj(X509_getm_notBefore(x509), -kDayS);
  X509_gmtime_adj(X509_getm_notAfter(x509), kDayS);
  X509_set_pubkey(x509, key.get());
  X509_NAME* subject = X509_get_subject_name(x509);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(x509, subject);
  X509_EXTENSION* names =
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1,DNS:localhost");
  require(names != nullptr, "names");
  X509_add_ext(x509, names, -1);
  X509_EXTENSION_free(names);
  require(X509_sign(x509, key.get(), EVP_sha256()) > 0, "sign");

  CertificateFiles files{folder / "certificate.pem", folder / "key.pem"};
  write_pem(files.key, [&](std::FILE* file) {
    return PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
  write_pem(files.certificate, [&](std::FILE* file) { return PEM_write_X509(file, x509); });
  return files;
}

}  // namespace auscult::testing
