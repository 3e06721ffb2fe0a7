#include "dataset.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "core/environment.hpp"
#include "core/temporary_folder.hpp"

namespace auscult::train {
namespace {

using ::testing::HasSubstr;

class LoadDataset : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(folder_ / "pascal");
    std::filesystem::create_directories(folder_ / "circor2022");
    write("circor2022/manifest.csv", "file,group,patient,murmur,murmur_here,fold\n");
  }

  void write(const std::string& name, const std::string& content) const {
    std::ofstream(folder_ / name) << content;
  }
  [[nodiscard]] std::string message() const {
    const Result<Dataset> dataset = load_dataset(folder_.string(), [](std::size_t, std::size_t) {});
    return dataset ? "loaded" : dataset.error().message;
  }

  TemporaryFolder temporary_;
  const std::filesystem::path& folder_ = temporary_.path();
};

TEST_F(LoadDataset, NamesAMissingColumn) {
  write("pascal/manifest.csv", "file,label,device,group\n");
  EXPECT_THAT(message(), HasSubstr("no column 'fold'"));
}

TEST_F(LoadDataset, NamesAnUnknownLabel) {
  write("pascal/manifest.csv", "file,label,device,group,fold\nx.wav,Gallop,iStethoscope,g,0\n");
  EXPECT_THAT(message(), HasSubstr("'Gallop'"));
}

TEST_F(LoadDataset, NamesTheLineOfACutRow) {
  write("pascal/manifest.csv", "file,label,device,group,fold\nx.wav,Normal\n");
  EXPECT_THAT(message(), HasSubstr("line 2"));
}

TEST_F(LoadDataset, NamesAFoldThatIsNoNumber) {
  write("pascal/manifest.csv", "file,label,device,group,fold\nx.wav,Normal,iStethoscope,g,one\n");
  EXPECT_THAT(message(), HasSubstr("'one'"));
}

TEST_F(LoadDataset, NamesAFileThatIsNotThere) {
  write("pascal/manifest.csv", "file,label,device,group,fold\nx.wav,Normal,iStethoscope,g,0\n");
  EXPECT_THAT(message(), HasSubstr("pascal/x.wav"));
}

TEST_F(LoadDataset, TakesAManifestAtTheTopInPlaceOfPascals) {
  std::filesystem::remove_all(folder_ / "pascal");
  write("manifest.csv", "file,label,device,group,fold\nx.wav,Normal,ward-3,g,0\n");
  EXPECT_THAT(message(), HasSubstr("x.wav"));
  write("manifest.csv", "file,label,device,group,fold\n");
  EXPECT_EQ(message(), "loaded");
}

TEST_F(LoadDataset, SaysWhereAManifestMayBe) {
  std::filesystem::remove_all(folder_ / "pascal");
  EXPECT_THAT(message(), HasSubstr("neither pascal/manifest.csv nor a manifest.csv"));
}

TEST_F(LoadDataset, DoesWithoutCirCor) {
  std::filesystem::remove_all(folder_ / "circor2022");
  write("pascal/manifest.csv", "file,label,device,group,fold\n");
  EXPECT_EQ(message(), "loaded");
}

TEST(Dataset, LeavesSilentLocationsOfMurmurPatientsUnlabelled) {
  const std::optional<std::string> folder = environment("AUSCULT_DATA");
  if (!folder) GTEST_SKIP() << "AUSCULT_DATA is not set";
  const Result<Dataset> dataset = load_dataset(*folder, [](std::size_t, std::size_t) {});
  ASSERT_TRUE(dataset) << dataset.error().message;
  int heard = 0;
  int absent = 0;
  for (const Example& example : dataset->examples) {
    if (example.patient_murmur == "Unknown") {
      EXPECT_EQ(example.murmur, kUnlabelled);
    }
    heard += example.murmur == 1 ? 1 : 0;
    absent += example.murmur == 0 ? 1 : 0;
  }
  EXPECT_EQ(heard, 343);
  EXPECT_EQ(absent, 1681);
}

}  // namespace
}  // namespace auscult::train
