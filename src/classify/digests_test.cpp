#include "classify/digests.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "core/hash.hpp"
#include "core/temporary_folder.hpp"

namespace auscult::classify {
namespace {

using testing::HasSubstr;

class CheckDigests : public testing::Test {
 protected:
  void write(const char* name, const std::string& content) const {
    std::ofstream(folder_ / name, std::ios::binary) << content;
  }
  void list(const char* name, const std::string& content) const {
    write("SHA256", sha256_hex(std::as_bytes(std::span(content))) + "  " + name + "\n");
  }

  TemporaryFolder temporary_;
  const std::filesystem::path& folder_ = temporary_.path();
};

TEST_F(CheckDigests, AsksNothingOfAFolderWithoutAList) {
  write("model.onnx", "weights");
  EXPECT_TRUE(check_digests(folder_));
}

TEST_F(CheckDigests, AcceptsTheFilesThatAreListed) {
  write("model.onnx", "weights");
  list("model.onnx", "weights");
  EXPECT_TRUE(check_digests(folder_));
}

TEST_F(CheckDigests, RefusesAFileInWhichOneBitDiffers) {
  write("model.onnx", "weightr");
  list("model.onnx", "weights");
  const Status checked = check_digests(folder_);
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, ErrorCode::unsupported_model);
  EXPECT_THAT(checked.error().message, HasSubstr((folder_ / "model.onnx").string()));
  EXPECT_THAT(checked.error().message, HasSubstr("damaged"));
}

TEST_F(CheckDigests, RefusesAFolderInWhichAFileIsMissing) {
  list("beats.onnx", "weights");
  const Status checked = check_digests(folder_);
  ASSERT_FALSE(checked);
  EXPECT_THAT(checked.error().message, HasSubstr("beats.onnx cannot be read"));
}

}  // namespace
}  // namespace auscult::classify
