// `auscult model reference` and `auscult model export`.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "audio/wav.hpp"
#include "core/temporary_folder.hpp"
#include "input_reference.hpp"
#include "run_cli.hpp"
#include "support/synthetic_heart.hpp"

namespace auscult::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

fs::path model_folder() { return fs::path(AUSCULT_SOURCE_DIR) / "models" / "auscult-1"; }

TEST(ModelExport, WritesARepositoryForTriton) {
  const TemporaryFolder folder;
  const fs::path repository = folder.path() / "repository";
  const Outcome done = run_cli(
      {"model", "export", "--model", model_folder().string(), "--triton", repository.string()});
  ASSERT_EQ(done.status, 0) << done.err;
  EXPECT_EQ(read(repository / "auscult-1" / "1" / "model.onnx"),
            read(model_folder() / "model.onnx"));
  EXPECT_THAT(read(repository / "auscult-1" / "config.pbtxt"), HasSubstr("name: \"auscult-1\""));
  // Over what is there, too.
  EXPECT_EQ(run_cli({"model", "export", "--model", model_folder().string(), "--triton",
                     repository.string()})
                .status,
            0);
}

TEST(ModelExport, SaysWhatCannotBeWritten) {
  const Outcome done =
      run_cli({"model", "export", "--model", model_folder().string(), "--triton", "/dev/null/x"});
  EXPECT_EQ(done.status, 1);
  EXPECT_THAT(done.err, HasSubstr("/dev/null/x"));
}

TEST(ModelReference, TellsHowTheFeaturesOfLabelledRecordingsAreSpread) {
  const TemporaryFolder folder;
  std::ofstream manifest(folder.path() / "manifest.csv");
  manifest << "file,label\n";
  for (int i = 0; i < 4; ++i) {
    const int rate_hz = i < 3 ? 4'000 : 8'000;
    const std::string name = std::to_string(i) + ".wav";
    const auscult::testing::SyntheticHeart heart{.rate_bpm = 60.0 + 10 * i, .duration_s = 4};
    const auto wav = audio::encode_amplified_wav(auscult::testing::synthesize(heart, rate_hz), 1);
    std::ofstream(folder.path() / name, std::ios::binary)
        .write(reinterpret_cast<const char*>(wav.bytes.data()),
               static_cast<std::streamsize>(wav.bytes.size()));
    manifest << name << ",Normal\n";
  }
  manifest << "missing.wav,Normal\n";
  manifest.close();
  const fs::path out = folder.path() / kReferenceName;
  const Outcome done = run_cli({"model", "reference", "--model", model_folder().string(), "--data",
                                folder.path().string(), "--out", out.string()});
  ASSERT_EQ(done.status, 0) << done.err;
  EXPECT_THAT(done.err, HasSubstr("missing.wav"));
  const auto references = metrics::parse_references(read(out));
  ASSERT_TRUE(references) << references.error().message;
  ASSERT_EQ(references->size(), metrics::kFeatures.size());
  const metrics::FeatureReference& rates = references->back();
  EXPECT_EQ(rates.edges, std::vector<double>{4'000});
  EXPECT_EQ(rates.shares, (std::vector<double>{0.75, 0.25, 0}));
}

TEST(ModelReference, OfTheShippedModelIsRead) {
  const auto loaded = load_reference(model_folder());
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_NE(*loaded, nullptr);
}

TEST(ModelReference, ThatIsBrokenIsRefusedByName) {
  const TemporaryFolder folder;
  EXPECT_EQ(*load_reference(folder.path()), nullptr);
  std::ofstream(folder.path() / kReferenceName) << "{}";
  const auto loaded = load_reference(folder.path());
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.error().message, HasSubstr(kReferenceName));
}

}  // namespace
}  // namespace auscult::cli
