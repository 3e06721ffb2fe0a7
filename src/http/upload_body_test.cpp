#include "http/upload_body.hpp"

#include <gtest/gtest.h>

namespace auscult::http {
namespace {

constexpr std::size_t kChunk = UploadBody::kFirstChunkBytes;

TEST(UploadBody, DoublesAsLongAsItsEndIsFarOrUnknown) {
  EXPECT_EQ(UploadBody::grown(kChunk, kChunk + 1, boost::none), 2 * kChunk);
  EXPECT_EQ(UploadBody::grown(kChunk, kChunk + 1, 4 * kChunk + 1), 2 * kChunk);
  EXPECT_EQ(UploadBody::grown(kChunk, 3 * kChunk, boost::none), 3 * kChunk);
}

TEST(UploadBody, TakesRoomForAllOfItOnceAQuarterHasCome) {
  EXPECT_EQ(UploadBody::grown(kChunk, kChunk + 1, 4 * kChunk), 4 * kChunk);
  EXPECT_EQ(UploadBody::grown(kChunk, kChunk + 1, kChunk + 1), kChunk + 1);
}

TEST(UploadBody, DoesNotBelieveALengthThatIsLessThanWhatCame) {
  EXPECT_EQ(UploadBody::grown(kChunk, kChunk + 2, kChunk + 1), 2 * kChunk);
}

}  // namespace
}  // namespace auscult::http
