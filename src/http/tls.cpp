#include "http/tls.hpp"

#include <openssl/err.h>
#include <sys/stat.h>

#include <array>
#include <new>
#include <string_view>
#include <utility>

namespace auscult::http {
namespace {

/// The newest entry of OpenSSL's queue of errors, which is emptied.
std::string take_error() {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "no reason is given" : reason;
}

Error cannot_use(const std::filesystem::path& file, const std::string& what) {
  return fail(ErrorCode::invalid_argument, file.string() + ": " + what + " (" + take_error() + ")");
}

/// An encrypted key would have OpenSSL ask the terminal for its password.
int refuse_to_ask(char* /*text*/, int /*size*/, int /*is_written*/, void* /*data*/) { return -1; }

int choose_protocol(SSL* /*connection*/, const unsigned char** chosen, unsigned char* size,
                    const unsigned char* offered, unsigned int offered_size, void* /*data*/) {
  static constexpr std::array<unsigned char, 9> kOurs = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* found = nullptr;
  const int result =
      SSL_select_next_proto(&found, size, kOurs.data(), kOurs.size(), offered, offered_size);
  *chosen = found;
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

/// What a file is told from another in its place by: a renewal may keep its size or its second.
std::string mark_of(const std::filesystem::path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) return "none;";
  return std::to_string(status.st_ino) + "," + std::to_string(status.st_size) + "," +
         std::to_string(status.st_mtim.tv_sec) + "," + std::to_string(status.st_mtim.tv_nsec) + ";";
}

}  // namespace

Result<std::shared_ptr<const TlsContext>> TlsContext::load(const std::filesystem::path& certificate,
                                                           const std::filesystem::path& key) {
  ERR_clear_error();
  const auto result = std::make_shared<TlsContext>();
  result->context_.reset(SSL_CTX_new(TLS_server_method()));
  SSL_CTX* context = result->context_.get();
  if (context == nullptr) return fail(ErrorCode::internal, "OpenSSL: " + take_error());

  // Mozilla's "intermediate" settings without those for clients from before 2014.
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_AUTO_RETRY);
  if (SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL") != 1) {
    return fail(ErrorCode::internal, "OpenSSL has none of the ciphers: " + take_error());
  }
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  SSL_CTX_set_default_passwd_cb(context, refuse_to_ask);

  if (SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1) {
    return cannot_use(certificate, "is no certificate in PEM that can be read");
  }
  if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1) {
    return cannot_use(key, "is no unencrypted private key in PEM that fits the certificate");
  }
  if (SSL_CTX_check_private_key(context) != 1) {
    return cannot_use(key, "is not the key of " + certificate.string());
  }
  return std::shared_ptr<const TlsContext>(result);
}

Result<std::unique_ptr<TlsCertificate>> TlsCertificate::load(std::filesystem::path certificate,
                                                             std::filesystem::path key) {
  std::unique_ptr<TlsCertificate> result(
      new TlsCertificate(std::move(certificate), std::move(key)));
  if (const Status loaded = result->reload(); !loaded) return loaded.error();
  return result;
}

std::shared_ptr<const TlsContext> TlsCertificate::current() const {
  const std::lock_guard lock(mutex_);
  return context_;
}

Status TlsCertificate::reload() {
  // Taken first: a file that changes while it is read is read once more.
  std::string marks = mark_of(certificate_) + mark_of(key_);
  auto context = TlsContext::load(certificate_, key_);
  const std::lock_guard lock(mutex_);
  seen_ = std::move(marks);
  if (!context) return context.error();
  context_ = *std::move(context);
  return Ok{};
}

bool TlsCertificate::has_changed() const {
  const std::string marks = mark_of(certificate_) + mark_of(key_);
  const std::lock_guard lock(mutex_);
  return marks != seen_;
}

TlsEngine::TlsEngine(const TlsContext& context) : ssl_(SSL_new(context.context_.get())) {
  if (ssl_ == nullptr) throw std::bad_alloc();
  input_ = BIO_new(BIO_s_mem());
  output_ = BIO_new(BIO_s_mem());
  SSL_set_bio(ssl_.get(), input_, output_);
  if (input_ == nullptr || output_ == nullptr) throw std::bad_alloc();
  SSL_set_accept_state(ssl_.get());
}

TlsEngine::Step TlsEngine::step_of(int result) {
  if (result > 0) return Step::done;
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return Step::more;
    case SSL_ERROR_ZERO_RETURN:
      return Step::closed;
    default:
      failure_ = take_error();
      return Step::failed;
  }
}

TlsEngine::Step TlsEngine::handshake() {
  ERR_clear_error();
  return step_of(SSL_do_handshake(ssl_.get()));
}

TlsEngine::Step TlsEngine::read(std::span<std::byte> space, std::size_t& size) {
  ERR_clear_error();
  size = 0;
  return step_of(SSL_read_ex(ssl_.get(), space.data(), space.size(), &size));
}

TlsEngine::Step TlsEngine::write(std::span<const std::byte> text) {
  if (text.empty()) return Step::done;
  ERR_clear_error();
  std::size_t written = 0;
  return step_of(SSL_write_ex(ssl_.get(), text.data(), text.size(), &written));
}

void TlsEngine::close() {
  ERR_clear_error();
  // Fails before the handshake's end, when there is nothing to say.
  if (SSL_is_init_finished(ssl_.get()) == 1) SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

void TlsEngine::feed(std::span<const std::byte> ciphertext) {
  // A memory BIO takes everything, or there is no memory.
  const int taken = BIO_write(input_, ciphertext.data(), static_cast<int>(ciphertext.size()));
  if (taken != static_cast<int>(ciphertext.size())) throw std::bad_alloc();
}

std::span<const std::byte> TlsEngine::to_send() {
  if (outgoing_sent_ == outgoing_.size()) {
    outgoing_.resize(BIO_ctrl_pending(output_));
    outgoing_sent_ = 0;
    if (!outgoing_.empty()) {
      BIO_read(output_, outgoing_.data(), static_cast<int>(outgoing_.size()));
    }
  }
  return std::span(outgoing_).subspan(outgoing_sent_);
}

void TlsEngine::sent(std::size_t size) { outgoing_sent_ += size; }

}  // namespace auscult::http
