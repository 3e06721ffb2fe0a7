#pragma once

#include <openssl/ssl.h>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "auscult/result.hpp"

/// The server's side of TLS (OpenSSL 3). Bytes in, bytes out; no sockets: whatever a wait on the
/// socket does, no ciphertext is lost, and a connection past a deadline can still be answered.
namespace auscult::http {

/// A certificate with its key and our settings. Any thread.
class TlsContext {
 public:
  /// Reads both PEM files, `certificate` with its chain. TLS 1.2 and 1.3, ciphers with forward
  /// secrecy and authentication only, HTTP/1.1 by ALPN. Fails with invalid_argument, naming the
  /// file and the reason.
  static Result<std::shared_ptr<const TlsContext>> load(const std::filesystem::path& certificate,
                                                        const std::filesystem::path& key);

 private:
  friend class TlsEngine;
  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  std::unique_ptr<SSL_CTX, Free> context_;
};

/// The certificate that new connections are given, and its renewal while the server runs. Any
/// thread.
class TlsCertificate {
 public:
  static Result<std::unique_ptr<TlsCertificate>> load(std::filesystem::path certificate,
                                                      std::filesystem::path key);

  [[nodiscard]] std::shared_ptr<const TlsContext> current() const;

  /// Reads both files again; if that fails, the old certificate stays. Connections that are open
  /// keep theirs.
  Status reload();

  /// Whether either file is another one than at the last load() or reload(), successful or not.
  [[nodiscard]] bool has_changed() const;

 private:
  TlsCertificate(std::filesystem::path certificate, std::filesystem::path key)
      : certificate_(std::move(certificate)), key_(std::move(key)) {}

  std::filesystem::path certificate_;
  std::filesystem::path key_;
  mutable std::mutex mutex_;
  std::shared_ptr<const TlsContext> context_;  ///< Under `mutex_`.
  std::string seen_;                           ///< Both files' marks; under `mutex_`.
};

/// TLS on one connection. One thread.
class TlsEngine {
 public:
  explicit TlsEngine(const TlsContext& context);

  enum class Step {
    done,    ///< It went through.
    more,    ///< Ciphertext is needed: feed().
    closed,  ///< The peer has said that nothing more comes.
    failed,  ///< The connection cannot be used any further; failure() says why.
  };

  /// Every step may leave something to be sent, a failed one an alert.
  Step handshake();
  /// Takes up to `space` of plain text; `size` says how much it was, at least 1 if done.
  Step read(std::span<std::byte> space, std::size_t& size);
  /// Takes all of `text`.
  Step write(std::span<const std::byte> text);
  /// Says that nothing more comes from us.
  void close();

  /// Ciphertext from the peer.
  void feed(std::span<const std::byte> ciphertext);
  /// Ciphertext for the peer, valid until the next call; `size` bytes of it have been sent.
  std::span<const std::byte> to_send();
  void sent(std::size_t size);

  [[nodiscard]] const std::string& failure() const { return failure_; }

 private:
  struct Free {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };
  Step step_of(int result);

  std::unique_ptr<SSL, Free> ssl_;
  BIO* input_ = nullptr;  ///< Both belong to `ssl_`.
  BIO* output_ = nullptr;
  std::vector<std::byte> outgoing_;
  std::size_t outgoing_sent_ = 0;
  std::string failure_;
};

}  // namespace auscult::http
