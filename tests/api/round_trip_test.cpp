#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>

#include "core/temporary_folder.hpp"
#include "dataset.hpp"
#include "json/json.hpp"
#include "manifest.hpp"
#include "service_under_test.hpp"

// Labels that people set come back to who trains and who judges: what the service exports is what
// `auscult-train --data` and `auscult evaluate --data` read, with nothing done to it but unpacking.
namespace auscult::api_test {
namespace {

using json::Json;
using testing::HasSubstr;

std::uint32_t number_at(std::string_view bytes, std::size_t place, int size) {
  std::uint32_t value = 0;
  for (int i = size - 1; i >= 0; --i) {
    value = value << 8U | static_cast<unsigned char>(bytes[place + static_cast<std::size_t>(i)]);
  }
  return value;
}

/// Writes the files of an archive that only stores them, as the service's does.
void unpack(std::string_view zip, const std::filesystem::path& folder) {
  constexpr std::size_t kHeader = 30;
  while (zip.substr(0, 4) == "PK\x03\x04") {
    ASSERT_EQ(number_at(zip, 8, 2), 0U) << "the file is compressed";
    const std::size_t size = number_at(zip, 18, 4);
    const std::size_t name = number_at(zip, 26, 2);
    std::ofstream(folder / zip.substr(kHeader, name), std::ios::binary)
        << zip.substr(kHeader + name, size);
    zip.remove_prefix(kHeader + name + size);
  }
}

class RoundTrip : public ::testing::Test {
 protected:
  /// The id of a recording of `device`, labelled unless `label` is empty.
  std::string store(const std::string& device, const std::string& label) {
    const std::string query = "?device=" + device;
    const Reply stored =
        service_.exchange(request("POST", "/v1/recordings" + query, heart_sounds()));
    EXPECT_EQ(stored.status, 201) << stored.body;
    std::string id = Json::parse(stored.body).at("id");
    if (!label.empty()) {
      const Reply labelled = service_.exchange(
          request("PATCH", "/v1/recordings/" + id, Json({{"label", label}}).dump()));
      EXPECT_EQ(labelled.status, 200) << labelled.body;
    }
    return id;
  }

  std::string get(const std::string& target) {
    const Reply reply = service_.exchange(request("GET", target));
    EXPECT_EQ(reply.status, 200) << reply.body;
    return reply.body;
  }

  ServiceUnderTest service_;
  TemporaryFolder temporary_;
  const std::filesystem::path& folder_ = temporary_.path();
};

TEST_F(RoundTrip, OfTheArchiveReachesTheTrainer) {
  const std::string murmur = store("ward-3", "Murmur");
  const std::string early = store("%2Bhome", "Extrastole");
  const std::string unlabelled = store("ward-3", "");
  unpack(get("/v1/recordings/export.zip?ids=" + murmur + "," + unlabelled + "," + early), folder_);

  const auto dataset = train::load_dataset(folder_.string(), [](std::size_t, std::size_t) {});
  ASSERT_TRUE(dataset) << dataset.error().message;
  ASSERT_EQ(dataset->examples.size(), 2U) << "one without a label teaches nothing";
  const train::Example& first = dataset->examples[0];
  EXPECT_EQ(first.file, murmur + ".wav");
  EXPECT_EQ(train::kLabels.at(static_cast<std::size_t>(first.label)), "Murmur");
  EXPECT_EQ(first.source, "B");
  EXPECT_THAT(first.group, HasSubstr("ward-3/"));
  EXPECT_GE(first.fold, 0);
  EXPECT_LT(first.fold, train::kFolds);
  EXPECT_EQ(first.samples.size(), 6'000U) << "3 s at 2 kHz";
  EXPECT_EQ(dataset->examples[1].file, early + ".wav");
}

TEST_F(RoundTrip, OfTheArchiveReachesTheEvaluation) {
  const std::string id = store("ward-3", "Normal");
  unpack(get("/v1/recordings/export.zip?ids=" + id), folder_);
  const auto sets = cli::load_manifests(folder_, {"Artifact", "Murmur", "Normal"});
  ASSERT_TRUE(sets) << sets.error().message;
  ASSERT_EQ(sets->size(), 1U);
  ASSERT_EQ(sets->front().files.size(), 1U);
  EXPECT_EQ(sets->front().files.front().label, 2);
  EXPECT_EQ(sets->front().files.front().device, "ward-3");
  EXPECT_TRUE(std::filesystem::exists(sets->front().files.front().file));
}

TEST_F(RoundTrip, OfTheManifestAndTheAudioOneByOneIsTheSame) {
  const std::string id = store("ward-3", "Normal");
  std::ofstream(folder_ / "manifest.csv") << get("/v1/recordings/manifest.csv");
  std::ofstream(folder_ / (id + ".wav"), std::ios::binary)
      << get("/v1/recordings/" + id + "/audio");
  const auto dataset = train::load_dataset(folder_.string(), [](std::size_t, std::size_t) {});
  ASSERT_TRUE(dataset) << dataset.error().message;
  ASSERT_EQ(dataset->examples.size(), 1U);
  EXPECT_EQ(dataset->examples[0].label, 2);
}

}  // namespace
}  // namespace auscult::api_test
