#include "model/metadata.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace auscult::model {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::map<std::string, std::string> valid() {
  return {{"auscult.name", "n"},
          {"auscult.version", "3"},
          {"auscult.labels", R"(["a", "b"])"},
          {"auscult.sample_rate_hz", "2000"},
          {"auscult.lengths", "[10, 20]"},
          {"auscult.window_s", "2.5"},
          {"other", "kept"}};
}

Shape open() { return {1, -1}; }

/// The error after one key was changed, or taken out if `value` is null.
std::string error_with(const std::string& key, const char* value) {
  auto metadata = valid();
  metadata.erase(key);
  if (value != nullptr) metadata[key] = value;
  const Result<ModelInfo> info = read_metadata(std::move(metadata), open());
  EXPECT_FALSE(info) << key;
  return info ? "" : info.error().message;
}

TEST(ReadMetadata, ReadsAllThatIsDocumented) {
  const Result<ModelInfo> info = read_metadata(valid(), open());
  ASSERT_TRUE(info) << info.error().message;
  EXPECT_EQ(info->name, "n");
  EXPECT_EQ(info->version, "3");
  EXPECT_THAT(info->labels, ElementsAre("a", "b"));
  EXPECT_EQ(info->sample_rate_hz, 2000);
  EXPECT_THAT(info->lengths, ElementsAre(10, 20));
  EXPECT_EQ(info->window_s, 2.5);
  EXPECT_EQ(info->hop_s, 0);
  EXPECT_EQ(info->metadata.at("other"), "kept");
}

TEST(ReadMetadata, TakesTheLengthOfAFixedGraph) {
  auto metadata = valid();
  metadata.erase("auscult.lengths");
  const Result<ModelInfo> info = read_metadata(std::move(metadata), {1, 16000});
  ASSERT_TRUE(info) << info.error().message;
  EXPECT_THAT(info->lengths, ElementsAre(16000));
}

TEST(ReadMetadata, NamesTheKeyThatIsMissing) {
  for (const char* key :
       {"auscult.name", "auscult.labels", "auscult.sample_rate_hz", "auscult.lengths"}) {
    EXPECT_THAT(error_with(key, nullptr), AllOf(HasSubstr(key), HasSubstr("is missing")));
  }
}

TEST(ReadMetadata, RefusesLabelsThatAreNoListOfNames) {
  for (const char* value : {"", "[", "{}", "[]", "[1]", R"(["a", ""])", R"("a")"}) {
    EXPECT_THAT(error_with("auscult.labels", value), HasSubstr("JSON list of names"));
  }
}

TEST(ReadMetadata, RefusesRatesOutOfBounds) {
  for (const char* value : {"0", "-8000", "2000.5", "2 kHz", "9999999"}) {
    EXPECT_THAT(error_with("auscult.sample_rate_hz", value), HasSubstr("whole number"));
  }
}

TEST(ReadMetadata, RefusesLengthsThatAreNotAFewAscendingNumbers) {
  for (const char* value : {"[]", "[0]", "[20, 10]", "[10, 10]", "[-5]", "[1.5]", "10",
                            "[99999999999]", "[1000000000000000000000]"}) {
    EXPECT_THAT(error_with("auscult.lengths", value), HasSubstr("ascending")) << value;
  }
}

TEST(ReadMetadata, RefusesSecondsThatAreNotAboveZero) {
  for (const char* value : {"0", "-1", "nan", "inf", "x"}) {
    EXPECT_THAT(error_with("auscult.window_s", value), HasSubstr("seconds"));
  }
}

}  // namespace
}  // namespace auscult::model
