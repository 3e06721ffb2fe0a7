#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>
#include <string>

#include "auscult/result.hpp"
#include "json/json.hpp"

namespace auscult::http {

/// What to send to a server's /v1/stream.
struct StreamRequest {
  std::string url = "ws://127.0.0.1:8000/v1/stream";  ///< Or wss://; the path may be missing.
  /// Whose certificates are believed beside the system's, in PEM; empty: nobody's.
  std::filesystem::path ca_file;
  json::Json hello;
  std::size_t bytes_per_s = 32'000;  ///< Of the audio.
  bool realtime = false;             ///< Send no faster than it was recorded.
  /// Fills the span with audio and returns how much there was; 0 at its end. May block.
  std::function<std::size_t(std::span<std::byte> block)> read;
  /// Called with each message of the server but `error`, in order.
  std::function<void(const json::Json& message)> receive;
};

/// Streams until the server has stored the recording. Fails with invalid_argument on a URL that is
/// none of ws:// or wss://, with unavailable if the server cannot be reached, is not who its
/// certificate says, or goes away, and as the server says in an error. Blocks the calling thread,
/// on which both functions are called.
Status stream_audio(const StreamRequest& request);

}  // namespace auscult::http
