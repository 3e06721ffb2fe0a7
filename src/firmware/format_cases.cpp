#include "firmware/cases.hpp"

namespace auscult::firmware {
namespace {

constexpr std::string_view kReceipt = "200, Content-Length, \"Class|Conf: N%\" within 5 s";

Post raw(Bench& bench, int rate_hz, const Layout& layout, std::string query) {
  return {.query = std::move(query), .body = encode(bench.heart(rate_hz), layout)};
}

template <int kRateHz>
Outcome at_rate(Bench& bench) {
  return bench.upload(raw(bench, kRateHz, {}, "sample_rate=" + std::to_string(kRateHz)));
}

Outcome typed(Bench& bench, const char* type, const Layout& layout, const char* query) {
  Post post = raw(bench, 16'000, layout, query);
  post.headers = {std::string("Content-Type: ") + type};
  return bench.upload(post);
}

std::string wav(Bench& bench, int rate_hz, std::uint32_t claimed_bytes) {
  const std::string pcm = encode(bench.heart(rate_hz), Layout{});
  const auto size = claimed_bytes == 1 ? static_cast<std::uint32_t>(pcm.size()) : claimed_bytes;
  return encode(WavHeader{.sample_rate_hz = rate_hz, .claimed_bytes = size}) + pcm;
}
constexpr std::uint32_t kTrueSize = 1;

std::string form(std::string_view part_headers, std::string_view content) {
  std::string body = "--ESP32boundary7MA4\r\nContent-Disposition: form-data; name=\"file\"";
  return body.append(part_headers)
      .append("\r\n\r\n")
      .append(content)
      .append("\r\n--ESP32boundary7MA4--\r\n");
}
constexpr const char* kForm = "Content-Type: multipart/form-data; boundary=ESP32boundary7MA4";

std::vector<Case> rate_cases() {
  constexpr std::string_view kSketch = "ESP32 sketch that records into a buffer";
  return {
      {"rate-16000", kSketch,
       "16 kHz, 16 bit, mono, little-endian without a word about it: what is assumed", kReceipt,
       [](Bench& bench) { return bench.upload(raw(bench, 16'000, {}, "")); }},
      {"rate-8000", "analog microphone on an ADC pin, timer at 8 kHz",
       "half the samples for the same sound", kReceipt, at_rate<8'000>},
      {"rate-22050", "sketch made from a music example", "half of the compact disc's rate",
       kReceipt, at_rate<22'050>},
      {"rate-22222", "timer interrupt each 45 us",
       "a rate that no sound card has: 1 / 45 us, rounded", kReceipt, at_rate<22'222>},
      {"rate-32000", kSketch, "twice the usual rate", kReceipt, at_rate<32'000>},
      {"rate-44100", "I2S example of the ESP32 with its rate left as it was",
       "the commonest of the other rates; declared here", kReceipt, at_rate<44'100>},
      {"rate-48000", "I2S microphone at its best rate", "the fastest that firmware sends", kReceipt,
       at_rate<48'000>},
  };
}

std::vector<Case> word_cases() {
  return {
      {"words-32", "I2S microphone read in 32-bit words",
       "the sample in the upper half of each word, the lower half empty", kReceipt,
       [](Bench& bench) {
         return bench.upload(raw(bench, 16'000, {.bytes = 4}, "sample_width=4"));
       }},
      {"words-24-in-32", "INMP441 and the like: 24 bits, left-justified",
       "the lower half holds what 16 bits have no room for", kReceipt,
       [](Bench& bench) {
         return bench.upload(raw(bench, 16'000, {.bytes = 4, .low_word = 0x5A00}, "bits=32"));
       }},
      {"stereo", "I2S bus read with both channels", "each frame has two samples", kReceipt,
       [](Bench& bench) {
         return bench.upload(raw(bench, 16'000, {.channels = 2}, "channels=2"));
       }},
      {"stereo-32-44100", "I2S codec as its example sets it up",
       "everything larger at once: 1.7 MB for five seconds", kReceipt,
       [](Bench& bench) {
         return bench.upload(raw(bench, 44'100, {.bytes = 4, .channels = 2},
                                 "sample_rate=44100&bits=32&channels=2"));
       }},
      {"odd-byte-count", "buffer whose size is no multiple of a sample",
       "the last sample is cut in half; the rest is a recording", kReceipt,
       [](Bench& bench) {
         Post post = raw(bench, 16'000, {}, "");
         post.body += '\x2A';
         return bench.upload(post);
       }},
  };
}

std::vector<Case> type_cases() {
  return {
      {"no-content-type", "WiFiClient with a request written by hand",
       "nothing says what the bytes are", kReceipt,
       [](Bench& bench) { return bench.upload(raw(bench, 16'000, {}, "")); }},
      {"octet-stream", "HTTPClient with addHeader(\"Content-Type\", ...)",
       "the type that says nothing", kReceipt,
       [](Bench& bench) { return typed(bench, "application/octet-stream", {}, ""); }},
      {"form-urlencoded", "curl --data-binary in a gateway's script",
       "a type that is wrong, since curl adds it by itself", kReceipt,
       [](Bench& bench) { return typed(bench, "application/x-www-form-urlencoded", {}, ""); }},
      {"audio-pcm-rate", "firmware that says its rate in the type", "audio/pcm;rate=16000",
       kReceipt, [](Bench& bench) { return typed(bench, "audio/pcm;rate=16000", {}, ""); }},
      {"audio-l16", "client that keeps to RFC 2586", "audio/L16 is big-endian", kReceipt,
       [](Bench& bench) {
         return typed(bench, "audio/L16;rate=16000;channels=1", {.is_big_endian = true}, "");
       }},
      {"audio-l16-little", "client that says L16 and sends what its processor has",
       "an override of the byte order that the type implies", kReceipt,
       [](Bench& bench) { return typed(bench, "audio/L16; rate=16000", {}, "byte_order=little"); }},
      {"esp-adf-headers", "ESP-ADF pipeline (its raw recorder example)",
       "x-audio-sample-rates, x-audio-bits and x-audio-channel in place of a type", kReceipt,
       [](Bench& bench) {
         Post post = raw(bench, 44'100, {.channels = 2}, "");
         post.headers = {"x-audio-sample-rates: 44100", "x-audio-bits: 16", "x-audio-channel: 2"};
         return bench.upload(post);
       }},
      {"lower-case-headers", "MicroPython and Rust clients",
       "header names in lower case, which HTTP allows", kReceipt,
       [](Bench& bench) {
         Post post = raw(bench, 8'000, {}, "");
         post.headers = {"content-type: audio/pcm;rate=8000", "connection: keep-alive"};
         return bench.upload(post);
       }},
  };
}

std::vector<Case> file_cases() {
  return {
      {"wav-octet-stream", "sketch that writes a WAV header before its buffer",
       "a WAV under a type that does not say so", kReceipt,
       [](Bench& bench) {
         return bench.upload({.headers = {"Content-Type: application/octet-stream"},
                              .body = wav(bench, 16'000, kTrueSize)});
       }},
      {"wav-44100", "recorder that sends the file from its SD card",
       "the header's rate counts, whatever else is assumed", kReceipt,
       [](Bench& bench) {
         return bench.upload(
             {.headers = {"Content-Type: audio/wav"}, .body = wav(bench, 44'100, kTrueSize)});
       }},
      {"wav-of-unknown-length", "WAV that is sent while it is recorded",
       "a header that claims 0 bytes, for lack of better", kReceipt,
       [](Bench& bench) {
         return bench.upload(
             {.headers = {"Content-Type: audio/wav"}, .body = wav(bench, 16'000, 0)});
       }},
      {"wav-of-endless-length", "WAV stream as ffmpeg makes it",
       "a header that claims 0xFFFFFFFF bytes", kReceipt,
       [](Bench& bench) {
         return bench.upload(
             {.headers = {"Content-Type: audio/x-wav"}, .body = wav(bench, 16'000, 0xFFFF'FFFFU)});
       }},
      {"multipart-file", "ESP32 upload written after a browser's form",
       "the recording is the part named file", kReceipt,
       [](Bench& bench) {
         return bench.upload({.headers = {kForm},
                              .body = form("; filename=\"heart.wav\"\r\nContent-Type: audio/wav",
                                           wav(bench, 16'000, kTrueSize))});
       }},
      {"multipart-no-filename", "form put together by hand",
       "the part named file has no filename and no type", kReceipt,
       [](Bench& bench) {
         return bench.upload(
             {.headers = {kForm}, .body = form("", encode(bench.heart(16'000), Layout{}))});
       }},
      {"put", "HTTPClient.PUT()", "PUT means what POST does", kReceipt,
       [](Bench& bench) {
         Post post = raw(bench, 16'000, {}, "");
         post.method = "PUT";
         return bench.upload(post);
       }},
  };
}

}  // namespace

std::vector<Case> format_cases() {
  std::vector<Case> cases;
  for (const auto& group : {rate_cases(), word_cases(), type_cases(), file_cases()}) {
    cases.insert(cases.end(), group.begin(), group.end());
  }
  return cases;
}

}  // namespace auscult::firmware
