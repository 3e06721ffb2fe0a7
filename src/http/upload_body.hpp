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
/// reserves no more than a first chunk.
struct UploadBody {
  using value_type = std::vector<std::byte>;  // NOLINT(readability-identifier-naming): Beast's name

  /// Two seconds of a device's audio.
  static constexpr std::size_t kFirstChunkBytes = 64U << 10U;

  class reader {  // NOLINT(readability-identifier-naming): Beast's name
   public:
    template <bool isRequest, class Fields>
    reader(boost::beast::http::header<isRequest, Fields>& /*header*/, value_type& body)
        : body_(body) {}

    void init(const boost::optional<std::uint64_t>& length, boost::system::error_code& error) {
      error = {};
      body_.reserve(std::min<std::uint64_t>(length.value_or(0), kFirstChunkBytes));
    }

    template <class Buffers>
    std::size_t put(const Buffers& buffers, boost::system::error_code& error) {
      error = {};
      for (const boost::asio::const_buffer buffer : boost::beast::buffers_range_ref(buffers)) {
        const auto* bytes = static_cast<const std::byte*>(buffer.data());
        body_.insert(body_.end(), bytes, bytes + buffer.size());
      }
      return boost::asio::buffer_size(buffers);
    }

    static void finish(boost::system::error_code& error) { error = {}; }

   private:
    value_type& body_;
  };
};

}  // namespace auscult::http
