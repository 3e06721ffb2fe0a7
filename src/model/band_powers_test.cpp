#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "model/model.hpp"
#include "model/onnx_builder.hpp"
#include "model/onnx_file.hpp"
#include "model/passes.hpp"

namespace auscult::model {
namespace {

using ::testing::Contains;
using ::testing::FloatNear;
using ::testing::Not;
using ::testing::Pointwise;
using Sizes = OnnxBuilder::Sizes;

constexpr std::size_t kFilters = 8;
constexpr std::size_t kTaps = 8;
constexpr std::size_t kBands = 4;
constexpr std::int64_t kStride = 4;

std::vector<float> wave() {
  std::vector<float> samples(24);
  for (std::size_t n = 0; n < samples.size(); ++n) {
    samples[n] = std::sin(0.3F * static_cast<float>(n * n));
  }
  return samples;
}

/// Logarithms of the powers at four frequencies, in frames of 8 samples, every 4: a filter for each
/// frequency's cosine, then its sine, in no symmetric phase.
struct Spectrum {
  std::vector<float> filters;
  std::vector<float> weights = std::vector<float>(kBands * kFilters);

  Spectrum() {
    for (const float quarter : {0.0F, 1.5707964F}) {
      for (std::size_t k = 1; k <= kBands; ++k) {
        for (std::size_t n = 0; n < kTaps; ++n) {
          const float angle = 0.7853982F * static_cast<float>(k) * (static_cast<float>(n) + 0.5F);
          filters.push_back(std::cos(angle + 0.4F - quarter));
        }
      }
    }
    for (std::size_t band = 0; band < kBands; ++band) {
      weights[band * kFilters + band] = weights[band * kFilters + band + kBands] =
          0.5F + static_cast<float>(band);
    }
  }

  /// Of `samples` with `pad` zeros on either side, band by band.
  [[nodiscard]] std::vector<float> of(const std::vector<float>& samples, int pad) const {
    std::vector<float> logs;
    const auto count = static_cast<int>(samples.size());
    for (std::size_t band = 0; band < kBands; ++band) {
      for (int begin = -pad; begin + static_cast<int>(kTaps) <= count + pad; begin += kStride) {
        float sum = 1e-3F;
        for (std::size_t i = 0; i < kFilters; ++i) {
          float amplitude = 0;
          for (std::size_t n = 0; n < kTaps; ++n) {
            const int at = begin + static_cast<int>(n);
            if (at < 0 || at >= count) continue;
            amplitude += filters[i * kTaps + n] * samples[static_cast<std::size_t>(at)];
          }
          sum += weights[band * kFilters + i] * amplitude * amplitude;
        }
        logs.push_back(std::log(sum));
      }
    }
    return logs;
  }

  /// The graph after the filters.
  void finish(OnnxBuilder& builder, const std::string& amplitudes, std::int64_t frames) const {
    const std::string power = builder.node("Mul", {amplitudes, amplitudes});
    const std::string bands =
        builder.node("Conv", {power, builder.floats({kBands, kFilters, 1}, weights),
                              builder.floats({kBands}, std::vector<float>(kBands, 1e-3F))});
    const auto count = static_cast<std::int64_t>(kBands) * frames;
    builder.output("scores", builder.node("Reshape", {builder.node("Log", {bands}),
                                                      builder.integers({1, count})}));
  }
};

OnnxBuilder over_samples(const Spectrum& spectrum, std::int64_t pad, std::int64_t frames) {
  OnnxBuilder builder("[24]");
  const std::string x = builder.node("Unsqueeze", {"samples", builder.integers({0})});
  const std::string filters = builder.floats({kFilters, 1, kTaps}, spectrum.filters);
  spectrum.finish(
      builder,
      builder.node("Conv", {x, filters}, {{"pads", Sizes{pad, pad}}, {"strides", Sizes{kStride}}}),
      frames);
  return builder;
}

/// The same as a convolution over moments of four samples: sample n of a frame is channel n % 4 of
/// moment n / 4.
OnnxBuilder over_channels(const Spectrum& spectrum) {
  OnnxBuilder builder("[24]");
  std::vector<float> by_channel;
  for (std::size_t i = 0; i < kFilters; ++i) {
    for (std::size_t n = 0; n < kTaps; ++n) {
      by_channel.push_back(spectrum.filters[i * kTaps + n / 2 + n % 2 * 4]);
    }
  }
  std::string x = builder.node("Reshape", {"samples", builder.integers({1, 6, 4})});
  x = builder.node("Transpose", {x}, {{"perm", Sizes{0, 2, 1}}});
  const std::string filters = builder.floats({kFilters, 4, 2}, by_channel);
  spectrum.finish(builder, builder.node("Conv", {x, filters}), 5);
  return builder;
}

std::vector<std::string> operators(const OnnxBuilder& builder) {
  Result<OnnxFile> file = decode_onnx(builder.bytes());
  EXPECT_TRUE(file);
  EXPECT_TRUE(simplify(file->graph));
  std::vector<std::string> names;
  for (const Node& node : file->graph.nodes) names.push_back(node.op);
  return names;
}

void expect_bands(const OnnxBuilder& builder, const std::vector<float>& expected) {
  const Result<Model> model = Model::decode(builder.bytes(), Precision::f32);
  ASSERT_TRUE(model) << model.error().message;
  Workspace workspace = model->make_workspace();
  const Result<Scores> scores = model->run(wave(), workspace);
  ASSERT_TRUE(scores) << scores.error().message;
  EXPECT_THAT(scores->clip, Pointwise(FloatNear(1e-4F), expected));
}

TEST(BandPowers, AreThoseOfTheFiltersBeforeFolding) {
  const Spectrum spectrum;
  const OnnxBuilder builder = over_samples(spectrum, 0, 5);
  EXPECT_THAT(operators(builder), Contains("BandPowers"));
  expect_bands(builder, spectrum.of(wave(), 0));
}

TEST(BandPowers, SeeZerosInThePadding) {
  const Spectrum spectrum;
  const OnnxBuilder builder = over_samples(spectrum, 3, 6);
  EXPECT_THAT(operators(builder), Contains("BandPowers"));
  expect_bands(builder, spectrum.of(wave(), 3));
}

TEST(BandPowers, AreTheSameOverChannels) {
  const Spectrum spectrum;
  const OnnxBuilder builder = over_channels(spectrum);
  EXPECT_THAT(operators(builder), Contains("BandPowers"));
  expect_bands(builder, spectrum.of(wave(), 0));
}

TEST(BandPowers, AreNoneOfFiltersThatCannotBeFolded) {
  Spectrum spectrum;
  spectrum.filters[0] += 0.5F;
  const OnnxBuilder builder = over_samples(spectrum, 0, 5);
  EXPECT_THAT(operators(builder), Not(Contains("BandPowers")));
  expect_bands(builder, spectrum.of(wave(), 0));
}

TEST(BandPowers, AreNoOperatorOfAFile) {
  OnnxBuilder builder("[24]");
  builder.output("scores", builder.node("BandPowers", {"samples"}));
  const Result<Model> model = Model::decode(builder.bytes(), Precision::f32);
  ASSERT_FALSE(model);
  EXPECT_THAT(model.error().message, ::testing::HasSubstr("BandPowers is not supported"));
}

}  // namespace
}  // namespace auscult::model
