// What each of soxr's settings costs and gives when a recording is brought to 2 kHz: prints a table
// in Markdown, which docs/decisions/0039 explains. Takes some 10 s.
#include <soxr.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <numbers>
#include <span>
#include <vector>

namespace {

constexpr int kTargetHz = 2'000;
constexpr double kDurationS = 10;
constexpr std::size_t kBlock = 8'192;
constexpr int kRounds = 21;

struct Setting {
  const char* name;
  unsigned long recipe;
};
constexpr std::array<Setting, 5> kSettings = {{{"quick", SOXR_QQ},
                                               {"low", SOXR_LQ},
                                               {"medium", SOXR_MQ},
                                               {"high", SOXR_HQ},
                                               {"very high", SOXR_VHQ}}};

std::vector<float> tone(double frequency_hz, int rate_hz) {
  std::vector<float> samples(static_cast<std::size_t>(kDurationS * rate_hz));
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double phase = 2 * std::numbers::pi * frequency_hz * static_cast<double>(i) / rate_hz;
    samples[i] = static_cast<float>(std::sin(phase));
  }
  return samples;
}

// Block by block, as audio::Resampler.
std::vector<float> resample(std::span<const float> samples, int rate_hz, const Setting& setting) {
  const soxr_io_spec_t floats = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I);
  const soxr_quality_spec_t quality = soxr_quality_spec(setting.recipe, 0);
  const soxr_runtime_spec_t one_thread = soxr_runtime_spec(1);
  soxr* const resampler =
      soxr_create(rate_hz, kTargetHz, 1, nullptr, &floats, &quality, &one_thread);
  std::vector<float> result(static_cast<std::size_t>(kDurationS * kTargetHz) + kBlock);
  std::size_t made = 0;
  while (!samples.empty()) {
    const std::span<const float> block = samples.first(std::min(kBlock, samples.size()));
    std::size_t used = 0;
    std::size_t done = 0;
    soxr_process(resampler, block.data(), block.size(), &used, result.data() + made,
                 result.size() - made, &done);
    made += done;
    samples = samples.subspan(used);
  }
  std::size_t done = 0;
  soxr_process(resampler, nullptr, 0, nullptr, result.data() + made, result.size() - made, &done);
  soxr_delete(resampler);
  result.resize(made + done);
  return result;
}

// Of a tone of 0 dB, a second from either end left out.
double level_db(double frequency_hz, int rate_hz, const Setting& setting) {
  const std::vector<float> result = resample(tone(frequency_hz, rate_hz), rate_hz, setting);
  double power = 0;
  const std::span<const float> middle =
      std::span(result).subspan(kTargetHz, result.size() - std::size_t{2} * kTargetHz);
  for (const float sample : middle) {
    power += static_cast<double>(sample) * static_cast<double>(sample);
  }
  return 10 * std::log10(2 * power / static_cast<double>(middle.size()) + 1e-20);
}

double median_ms(int rate_hz, const Setting& setting) {
  const std::vector<float> samples = tone(100, rate_hz);
  std::vector<double> took_ms;
  for (int round = 0; round < kRounds; ++round) {
    const auto start = std::chrono::steady_clock::now();
    resample(samples, rate_hz, setting);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
    took_ms.push_back(took.count());
  }
  std::ranges::nth_element(took_ms, took_ms.begin() + kRounds / 2);
  return took_ms[kRounds / 2];
}

}  // namespace

int main() {
  std::puts(
      "| from | setting | ms for 10 s | of high | largest change to 800 Hz, dB | at 900 Hz, dB | "
      "loudest alias, dB |\n| --- | --- | --- | --- | --- | --- | --- |");
  for (const int rate_hz : {4'000, 8'000, 16'000, 44'100, 48'000}) {
    const double high_ms = median_ms(rate_hz, kSettings[3]);
    for (const Setting& setting : kSettings) {
      double change_db = 0;
      for (int hz = 20; hz <= 800; hz += 30) {
        change_db = std::max(change_db, std::abs(level_db(hz, rate_hz, setting)));
      }
      double alias_db = -200;
      for (int hz = 1'100; hz < 49 * rate_hz / 100; hz += 3 * rate_hz / 100) {
        alias_db = std::max(alias_db, level_db(hz, rate_hz, setting));
      }
      const double ms = median_ms(rate_hz, setting);
      std::printf("| %d | %s | %.2f | %.2f | %.4f | %.2f | %.0f |\n", rate_hz, setting.name, ms,
                  ms / high_ms, change_db, level_db(900, rate_hz, setting), alias_db);
    }
  }
}
