#include "service/repeats.hpp"

#include <gtest/gtest.h>

#include <latch>
#include <string>
#include <thread>
#include <vector>

#include "core/hash.hpp"

namespace auscult::service {
namespace {

Upload example(const std::vector<std::byte>& body) {
  Upload upload;
  upload.body = body;
  upload.declared = {.sample_rate_hz = 8'000,
                     .channels = 2,
                     .format = audio::SampleFormat::s24,
                     .byte_order = audio::ByteOrder::big};
  upload.gain = 0.1;
  upload.device = "ward-3";
  upload.with_evidence = true;
  return upload;
}

std::string fingerprint_of(const Upload& upload) {
  return fingerprint(upload, sha256_hex(upload.body));
}

TEST(DeclaredText, IsReadBackAsItWasWritten) {
  const Upload upload = example({});
  const std::string text = declared_text(upload);
  EXPECT_EQ(text, "sample_rate=8000 channels=2 format=s24 byte_order=big gain=0.1 evidence=true");
  Upload read;
  ASSERT_TRUE(read_declared_text(text, read));
  EXPECT_EQ(read.declared, upload.declared);
  EXPECT_EQ(read.gain, upload.gain);
  EXPECT_EQ(read.with_evidence, upload.with_evidence);
  EXPECT_EQ(declared_text(read), text);
}

TEST(DeclaredText, IsEmptyForARequestThatSaysNothing) {
  EXPECT_EQ(declared_text({}), "");
  Upload read;
  ASSERT_TRUE(read_declared_text("", read));
  EXPECT_EQ(declared_text(read), "");
}

TEST(DeclaredText, IsRefusedIfItIsNone) {
  Upload read;
  for (const char* text : {"x", "gain", "gain=x", "format=s17", "channels=99", " "}) {
    EXPECT_FALSE(read_declared_text(text, read)) << text;
  }
}

TEST(Fingerprint, DiffersWithEverythingThatChangesTheRecording) {
  const std::vector<std::byte> body{std::byte{1}, std::byte{2}};
  const std::vector<std::byte> other_body{std::byte{1}, std::byte{3}};
  const Upload upload = example(body);
  std::vector<Upload> others(7, upload);
  others[0].body = other_body;
  others[1].device = "ward-4";
  others[2].gain.reset();
  others[3].with_evidence = false;
  others[4].declared.sample_rate_hz = 16'000;
  others[5].declared.byte_order.reset();
  others[6].declared.format = audio::SampleFormat::s16;
  for (const Upload& other : others) EXPECT_NE(fingerprint_of(other), fingerprint_of(upload));
  EXPECT_NE(fingerprint(upload, sha256_hex(upload.body), "model"), fingerprint_of(upload));
}

TEST(Fingerprint, DoesNotDependOnTimeOrKey) {
  const std::vector<std::byte> body{std::byte{1}};
  Upload later = example(body);
  later.received_at += std::chrono::hours(1);
  later.idempotency_key = "key";
  EXPECT_EQ(fingerprint_of(later), fingerprint_of(example(body)));
}

TEST(Fingerprint, TakesAnUnnamedDeviceForTheOneItIsStoredAs) {
  Upload unnamed;
  Upload named;
  named.device = "default";
  EXPECT_EQ(fingerprint_of(unnamed), fingerprint_of(named));
}

TEST(Turns, LetOneAtATimeHaveAName) {
  Turns turns;
  int inside = 0;
  int most = 0;
  int count = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 200; ++round) {
        const Turns::Turn turn = turns.take("name");
        most = std::max(most, ++inside);
        ++count;
        --inside;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(most, 1);
  EXPECT_EQ(count, 800);
}

TEST(Turns, DoNotHoldUpWhoHasAnotherName) {
  Turns turns;
  const Turns::Turn mine = turns.take("mine");
  std::thread([&] { const Turns::Turn other = turns.take("other"); }).join();
}

}  // namespace
}  // namespace auscult::service
