#pragma once

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/optional.hpp>
#include <boost/system/error_code.hpp>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace auscult::http {

/// A Beast body (its concept `Body`) that grows as bytes arrive: a Content-Length is a claim, and
/// reserves no more than a first chunk until a quarter of it has come.
struct UploadBody {
  using value_type = std::vector<std::byte>;  // NOLINT(readability-identifier-naming): Beast's name

  /// Two seconds of a device's audio.
  static constexpr std::size_t kFirstChunkBytes = 64U << 10U;

  /// The capacity that `wanted` bytes get, which are more than `capacity`: twice that, or all of
  /// the declared length, so that a large body is not moved, and held twice, just before its end.
  static std::size_t grown(std::size_t capacity, std::size_t wanted,
                           const boost::optional<std::uint64_t>& length) {
    const bool is_near = length && *length >= wanted && *length <= 4 * capacity;
    return is_near ? *length : std::max(wanted, 2 * capacity);
  }

  class reader {  // NOLINT(readability-identifier-naming): Beast's name
   public:
    template <bool isRequest, class Fields>
    reader(boost::beast::http::header<isRequest, Fields>& /*header*/, value_type& body)
        : body_(body) {}

    void init(const boost::optional<std::uint64_t>& length, boost::system::error_code& error) {
      error = {};
      length_ = length;
      body_.reserve(std::min<std::uint64_t>(length.value_or(0), kFirstChunkBytes));
    }

    template <class Buffers>
    std::size_t put(const Buffers& buffers, boost::system::error_code& error) {
      error = {};
      const std::size_t wanted = body_.size() + boost::asio::buffer_size(buffers);
      if (wanted > body_.capacity()) body_.reserve(grown(body_.capacity(), wanted, length_));
      for (const boost::asio::const_buffer buffer : boost::beast::buffers_range_ref(buffers)) {
        const auto* bytes = static_cast<const std::byte*>(buffer.data());
        body_.insert(body_.end(), bytes, bytes + buffer.size());
      }
      return boost::asio::buffer_size(buffers);
    }

    static void finish(boost::system::error_code& error) { error = {}; }

   private:
    value_type& body_;
    boost::optional<std::uint64_t> length_;
  };
};

}  // namespace auscult::http
