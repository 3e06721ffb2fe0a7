#include "http/multipart.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace auscult::http {
namespace {

using testing::HasSubstr;

std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

std::string text_of(const Part& part) {
  return {reinterpret_cast<const char*>(part.content.data()), part.content.size()};
}

TEST(MultipartBoundary, IsFoundInTheContentType) {
  EXPECT_EQ(**multipart_boundary("multipart/form-data; boundary=abc"), "abc");
  EXPECT_EQ(**multipart_boundary("Multipart/Form-Data;charset=x; Boundary=\"a b\\\"c\""), "a b\"c");
  EXPECT_EQ(*multipart_boundary("audio/wav; boundary=abc"), std::nullopt);
  EXPECT_EQ(*multipart_boundary(""), std::nullopt);
}

TEST(MultipartBoundary, MustBeThereAndShort) {
  EXPECT_FALSE(multipart_boundary("multipart/form-data"));
  EXPECT_FALSE(multipart_boundary("multipart/form-data; boundary="));
  EXPECT_FALSE(multipart_boundary("multipart/form-data; boundary=\"abc"));
  EXPECT_FALSE(multipart_boundary("multipart/form-data; boundary=" + std::string(71, 'a')));
}

TEST(Multipart, SplitsFileAndFields) {
  const std::string body =
      "--B\r\nContent-Disposition: form-data; name=\"sample_rate\"\r\n\r\n8000\r\n"
      "--B\r\ncontent-disposition: form-data; name=file; filename=\"a;\\\"b.pcm\"\r\n"
      "Content-Type: audio/pcm\r\nContent-Transfer-Encoding: binary\r\n\r\n"
      "\r\n--Bx\r\n--\r\n"
      "\r\n--B--\r\nepilogue";
  const auto parts = parse_multipart(bytes(body), "B");
  ASSERT_TRUE(parts) << parts.error().message;
  ASSERT_EQ(parts->size(), 2U);
  EXPECT_EQ((*parts)[0].name, "sample_rate");
  EXPECT_EQ((*parts)[0].filename, std::nullopt);
  EXPECT_EQ(text_of((*parts)[0]), "8000");
  EXPECT_EQ((*parts)[1].name, "file");
  EXPECT_EQ((*parts)[1].filename, "a;\"b.pcm");
  EXPECT_EQ((*parts)[1].content_type, "audio/pcm");
  EXPECT_EQ(text_of((*parts)[1]), "\r\n--Bx\r\n--\r\n") << "what only looks like a boundary stays";
}

TEST(Multipart, TakesAnEmptyPart) {
  const std::string body =
      "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\"\r\n\r\n\r\n--B--";
  const auto parts = parse_multipart(bytes(body), "B");
  ASSERT_TRUE(parts);
  ASSERT_EQ(parts->size(), 1U);
  EXPECT_TRUE((*parts)[0].content.empty());
  EXPECT_EQ((*parts)[0].filename, "");
}

TEST(Multipart, RejectsEveryTruncation) {
  const std::string body =
      "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n"
      "--B\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\n\r\n--B--";
  ASSERT_TRUE(parse_multipart(bytes(body), "B"));
  for (std::size_t size = 0; size < body.size(); ++size) {
    EXPECT_FALSE(parse_multipart(bytes(std::string_view(body).substr(0, size)), "B")) << size;
  }
}

struct Malformed {
  const char* body;
  const char* why;
};

TEST(Multipart, RejectsWhatIsMalformedAndSaysWhy) {
  for (const auto& [body, why] : {
           Malformed{"preamble\r\n--B\r\n", "does not start with the boundary"},
           Malformed{"--B\nContent-Disposition: form-data; name=a\n\nx\n--B--", "end its line"},
           Malformed{"--B\r\n\r\nx\r\n--B--", "Content-Disposition"},
           Malformed{"--B\r\nContent-Type: audio/wav\r\n\r\nx\r\n--B--", "Content-Disposition"},
           Malformed{"--B\r\nContent-Disposition: attachment; name=a\r\n\r\nx\r\n--B--",
                     "form-data"},
           Malformed{"--B\r\nContent-Disposition: form-data\r\n\r\nx\r\n--B--", "no name"},
           Malformed{"--B\r\nContent-Disposition: form-data; name=\"a\r\n\r\nx\r\n--B--",
                     "form-data"},
           Malformed{"--B\r\nContent-Disposition: form-data; name=a; name=b\r\n\r\nx\r\n--B--",
                     "form-data"},
           Malformed{"--B\r\nnonsense\r\n\r\nx\r\n--B--", "colon"},
           Malformed{"--B\r\nContent-Disposition: form-data; name=a\r\n"
                     "Content-Transfer-Encoding: base64\r\n\r\nx\r\n--B--",
                     "base64"},
           Malformed{"--B\r\nContent-Disposition: form-data; name=a\r\n\r\nx--B--", "missing"},
       }) {
    const auto parts = parse_multipart(bytes(body), "B");
    ASSERT_FALSE(parts) << body;
    EXPECT_EQ(parts.error().code, ErrorCode::invalid_argument);
    EXPECT_THAT(parts.error().message, HasSubstr(why));
    EXPECT_THAT(parts.error().message, HasSubstr("byte "));
  }
}

TEST(Multipart, BoundsPartsAndTheirHeaders) {
  const std::string part = "--B\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n";
  std::string many;
  for (int i = 0; i < 16; ++i) many += part;
  EXPECT_TRUE(parse_multipart(bytes(many + "--B--"), "B"));
  EXPECT_FALSE(parse_multipart(bytes(many + part + "--B--"), "B"));

  const std::string padded = "--B\r\nX: " + std::string(4096, 'x') +
                             "\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n--B--";
  const auto parts = parse_multipart(bytes(padded), "B");
  ASSERT_FALSE(parts);
  EXPECT_THAT(parts.error().message, HasSubstr("4096"));
}

}  // namespace
}  // namespace auscult::http
