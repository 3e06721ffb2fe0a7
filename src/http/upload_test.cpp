#include "http/upload.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/response.hpp"

namespace auscult::http {
namespace {

namespace beast_http = boost::beast::http;
using testing::HasSubstr;

std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

Result<UploadHead> head_of(std::string_view query,
                           std::initializer_list<std::pair<const char*, const char*>> headers) {
  beast_http::fields fields;
  for (const auto& [name, value] : headers) fields.insert(name, value);
  const Result<Query> parsed = Query::parse(query);
  EXPECT_TRUE(parsed);
  return read_upload_head(*parsed, fields);
}

service::Upload upload_of(const Result<UploadHead>& head, std::string_view body) {
  EXPECT_TRUE(head) << (head ? "" : head.error().message);
  const Result<service::Upload> upload = read_upload(*head, bytes(body), Timestamp{});
  EXPECT_TRUE(upload) << (upload ? "" : upload.error().message);
  return *upload;
}

TEST(ReadUpload, SaysNothingOfAFormatThatTheRequestDoesNotDeclare) {
  const service::Upload upload = upload_of(head_of("", {}), "abcd");
  EXPECT_EQ(upload.declared, audio::Declaration{});
  EXPECT_EQ(upload.gain, std::nullopt);
  EXPECT_EQ(upload.device, "");
  EXPECT_EQ(upload.body.size(), 4U);
}

TEST(ReadUpload, TakesTheQuery) {
  const service::Upload upload = upload_of(
      head_of("sample_rate=8000&channels=2&sample_width=4&byte_order=big&gain=2.5&device=d&x=y",
              {}),
      "abcd");
  EXPECT_EQ(upload.declared.sample_rate_hz, 8000);
  EXPECT_EQ(upload.declared.channels, 2);
  EXPECT_EQ(upload.declared.format, audio::SampleFormat::s32);
  EXPECT_EQ(upload.declared.byte_order, audio::ByteOrder::big);
  EXPECT_EQ(upload.gain, 2.5);
  EXPECT_EQ(upload.device, "d");
}

TEST(ReadUpload, TakesTheHeadersOfEspAdf) {
  for (const char* channels : {"x-audio-channel", "X-Audio-Channels"}) {
    const service::Upload upload = upload_of(head_of("", {{"x-audio-sample-rates", "44100"},
                                                          {"x-audio-bits", "32"},
                                                          {channels, "2"},
                                                          {"X-Device-Id", "esp"}}),
                                             "abcd");
    EXPECT_EQ(upload.declared.sample_rate_hz, 44100);
    EXPECT_EQ(upload.declared.format, audio::SampleFormat::s32);
    EXPECT_EQ(upload.declared.channels, 2);
    EXPECT_EQ(upload.device, "esp");
  }
}

TEST(ReadUpload, PrefersTheQueryToHeadersAndHeadersToTheMediaType) {
  const auto type = std::pair("content-type", "audio/L16;rate=1111;channels=3");
  const auto rate = std::pair("x-audio-sample-rates", "22050");
  EXPECT_EQ(upload_of(head_of("", {{"content-type", "audio/L16;rate=11025"}}), "ab")
                .declared.sample_rate_hz,
            11025);
  const service::Upload both =
      upload_of(head_of("", {{"content-type", "audio/L16;rate=11025;channels=3"}, rate}), "ab");
  EXPECT_EQ(both.declared.sample_rate_hz, 22050);
  EXPECT_EQ(both.declared.channels, 3);
  EXPECT_EQ(both.declared.byte_order, audio::ByteOrder::big);
  EXPECT_EQ(upload_of(head_of("sample_rate=8000", {rate}), "ab").declared.sample_rate_hz, 8000);
  EXPECT_FALSE(head_of("", {type})) << "a rate out of bounds is told, even if it is overruled";
}

TEST(ReadUpload, NamesTheValueThatIsOutOfBounds) {
  for (const auto& [query, value] :
       {std::pair("sample_rate=fast", "fast"), std::pair("channels=9", "9"),
        std::pair("sample_width=5", "5"), std::pair("format=s7", "s7"),
        std::pair("byte_order=middle", "middle"), std::pair("gain=-1", "-1"),
        std::pair("gain=nan", "nan"), std::pair("gain=1e9", "1000000000")}) {
    const Result<UploadHead> head = head_of(query, {});
    ASSERT_FALSE(head) << query;
    EXPECT_EQ(head.error().code, ErrorCode::invalid_argument);
    EXPECT_THAT(head.error().message, HasSubstr(value));
  }
}

TEST(ReadUpload, RejectsADeviceNameThatIsLongOrNoText) {
  EXPECT_TRUE(head_of("device=" + std::string(64, 'd'), {}));
  EXPECT_FALSE(head_of("device=" + std::string(65, 'd'), {}));
  EXPECT_FALSE(head_of("", {{"X-Device-Id", "\xFF"}}));
}

TEST(ReadUpload, RejectsCompressedContent) {
  EXPECT_TRUE(head_of("", {{"content-encoding", "identity"}}));
  const Result<UploadHead> head = head_of("", {{"content-encoding", "gzip"}});
  ASSERT_FALSE(head);
  EXPECT_EQ(head.error().code, ErrorCode::unsupported_format);
}

TEST(ReadUpload, SaysThatNothingArrived) {
  for (const char* type : {"", "audio/pcm", "multipart/form-data; boundary=B"}) {
    const Result<service::Upload> upload =
        read_upload(*head_of("", {{"content-type", type}}), {}, Timestamp{});
    ASSERT_FALSE(upload);
    EXPECT_EQ(upload.error().message, "No audio data received");
    EXPECT_EQ(status_of(upload.error().code), 400);
  }
}

constexpr const char* kForm = "multipart/form-data; boundary=B";
constexpr std::string_view kFile =
    "--B\r\nContent-Disposition: form-data; name=\"rec\"; filename=\"x\"\r\n"
    "Content-Type: audio/pcm;rate=8000;channels=2\r\n\r\nabcd\r\n";

TEST(ReadUpload, TakesTheFileOfAForm) {
  const service::Upload upload =
      upload_of(head_of("", {{"content-type", kForm}}), std::string(kFile) + "--B--");
  EXPECT_EQ(upload.body.size(), 4U);
  EXPECT_EQ(upload.declared.sample_rate_hz, 8000);
  EXPECT_EQ(upload.declared.channels, 2);
}

TEST(ReadUpload, TakesAPartNamedFileWithoutAFilename) {
  const service::Upload upload =
      upload_of(head_of("", {{"content-type", kForm}}),
                "--B\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nabcd\r\n--B--");
  EXPECT_EQ(upload.body.size(), 4U);
}

TEST(ReadUpload, PutsAFormsFieldsBetweenQueryAndHeaders) {
  const std::string body = std::string(kFile) +
                           "--B\r\nContent-Disposition: form-data; name=\"sample_rate\"\r\n\r\n"
                           "16000\r\n--B\r\nContent-Disposition: form-data; name=\"gain\"\r\n\r\n"
                           "3\r\n--B--";
  const auto rate = std::pair("x-audio-sample-rates", "22050");
  EXPECT_EQ(upload_of(head_of("", {{"content-type", kForm}, rate}), body).declared.sample_rate_hz,
            16000);
  const service::Upload upload =
      upload_of(head_of("sample_rate=4000", {{"content-type", kForm}, rate}), body);
  EXPECT_EQ(upload.declared.sample_rate_hz, 4000);
  EXPECT_EQ(upload.gain, 3.0);
}

TEST(ReadUpload, WantsExactlyOneFileInAForm) {
  const auto head = head_of("", {{"content-type", kForm}});
  ASSERT_TRUE(head);
  const std::string two = std::string(kFile) + std::string(kFile) + "--B--";
  const std::string none = "--B\r\nContent-Disposition: form-data; name=\"gain\"\r\n\r\n3\r\n--B--";
  for (const std::string& body : {two, none}) {
    const Result<service::Upload> upload = read_upload(*head, bytes(body), Timestamp{});
    ASSERT_FALSE(upload);
    EXPECT_EQ(upload.error().code, ErrorCode::invalid_argument);
  }
}

}  // namespace
}  // namespace auscult::http
