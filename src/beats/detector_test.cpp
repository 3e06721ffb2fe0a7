#include "beats/detector.hpp"

#include <gtest/gtest.h>

namespace auscult::beats {
namespace {

TEST(HeartSoundDetector, AMissingFileIsNotFound) {
  const auto detector = HeartSoundDetector::load("/nonexistent/beats.onnx", model::Precision::f32);
  ASSERT_FALSE(detector);
  EXPECT_EQ(detector.error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace auscult::beats
