#include "service/diagnosis.hpp"

#include <cmath>
#include <utility>

#include "audio/container.hpp"
#include "service/arrival.hpp"

namespace auscult::service {
namespace {

/// The first source that says the property, and what it says.
template <typename T, typename Text>
Settled settle_one(const std::vector<Source>& sources, std::optional<T> audio::Declaration::*member,
                   const T& otherwise, const Text& text) {
  for (const Source& source : sources) {
    if (const std::optional<T>& said = source.says.*member) return {text(*said), source.name};
  }
  return {text(otherwise), "default"};
}

std::string order_name(audio::ByteOrder order) {
  return order == audio::ByteOrder::big ? "big" : "little";
}

void settle_all(Diagnosis& diagnosis) {
  using audio::Declaration;
  const audio::RawFormat assumed = audio::raw_format({});
  const auto number = [](int value) { return std::to_string(value); };
  const std::vector<Source>& sources = diagnosis.sources;
  diagnosis.sample_rate =
      settle_one(sources, &Declaration::sample_rate_hz, assumed.sample_rate_hz, number);
  diagnosis.channels = settle_one(sources, &Declaration::channels, assumed.layout.channels, number);
  diagnosis.format =
      settle_one(sources, &Declaration::format, assumed.layout.format,
                 [](audio::SampleFormat format) { return std::string(to_string(format)); });
  diagnosis.byte_order =
      settle_one(sources, &Declaration::byte_order, assumed.layout.byte_order, order_name);
}

/// Two sources that say different things of one property: the firmware contradicts itself.
void find_contradictions(Diagnosis& diagnosis) {
  const Source* first = nullptr;
  for (const Source& source : diagnosis.sources) {
    if (!source.says.sample_rate_hz || source.is_fallback) continue;
    if (first == nullptr) {
      first = &source;
    } else if (*source.says.sample_rate_hz != *first->says.sample_rate_hz) {
      diagnosis.findings.push_back(
          {"contradiction",
           "the " + first->name + " says " + std::to_string(*first->says.sample_rate_hz) +
               " Hz, the " + source.name + " " + std::to_string(*source.says.sample_rate_hz) +
               " Hz; the " + first->name + " counts",
           "say the rate in one place, or the same in both"});
      return;
    }
  }
}

void judge_rate(const DiagnosisInput& input, const audio::DecodedAudio& decoded,
                Diagnosis& diagnosis) {
  if (input.paced_bytes_per_s) {
    diagnosis.rate = suspect_pace(*input.paced_bytes_per_s, decoded.format);
  }
  const bool is_measured = diagnosis.rate.has_value();
  if (!is_measured && diagnosis.result) {
    diagnosis.rate = find_rate_suspect(diagnosis.result->quality);
  }
  if (!diagnosis.rate) return;
  diagnosis.findings.push_back(
      {"rate", to_text(*diagnosis.rate),
       "say sample_rate=" + std::to_string(diagnosis.rate->likely_rate_hz) +
           (is_measured ? "" : " (or the rate near it that the converter runs at)") +
           ", or set the converter's clock to what is declared"});
}

std::string summarise(const Diagnosis& diagnosis) {
  const audio::Examination& found = diagnosis.found;
  if (!found.decoded) return "This cannot be read as a recording.";
  const audio::DecodedAudio& decoded = *found.decoded;
  std::string text = std::to_string(decoded.clip.samples.size()) + " frames of " +
                     decoded.format.sample_format + ", " + std::to_string(decoded.format.channels) +
                     (decoded.format.channels == 1 ? " channel" : " channels") + ", at " +
                     std::to_string(decoded.clip.sample_rate_hz) +
                     " Hz: " + std::to_string(std::lround(1e3 * decoded.clip.duration_s())) +
                     " ms of sound";
  if (decoded.format.container != "pcm") text += " in a " + decoded.format.container + " file";
  return text + (diagnosis.findings.empty() ? ". Nothing speaks against it."
                 : diagnosis.findings.size() == 1
                     ? ". One thing is to be looked at."
                     : ". " + std::to_string(diagnosis.findings.size()) +
                           " things are to be "
                           "looked at.");
}

}  // namespace

Result<Diagnosis> diagnose(const DiagnosisInput& input, const classify::Classifier* classifier,
                           classify::Workspace* workspace) {
  Diagnosis diagnosis;
  const bool is_raw = audio::sniff_container(input.body) == audio::Container::pcm;
  audio::Declaration declared;
  for (const Source& source : input.sources) {
    if (source.says == audio::Declaration{}) continue;
    if (source.is_fallback && !is_raw) continue;
    diagnosis.sources.push_back(source);
    declared = audio::merge(declared, source.says);
  }
  settle_all(diagnosis);
  diagnosis.findings = input.findings;
  diagnosis.found = audio::examine(input.body, declared, input.memory);
  const audio::Examination& found = diagnosis.found;
  if (found.failure && found.failure->code == ErrorCode::unavailable) return *found.failure;
  diagnosis.findings.insert(diagnosis.findings.end(), found.findings.begin(), found.findings.end());
  find_contradictions(diagnosis);

  if (found.decoded && classifier != nullptr && workspace != nullptr) {
    const std::size_t analysis = classifier->analysis_bytes(found.decoded->clip.duration_s());
    const Status fits = input.memory == nullptr ? Status(Ok{}) : input.memory->add(analysis);
    if (!fits) return fits.error();
    Result<Classification> result = classifier->classify(found.decoded->clip, *workspace);
    if (result) {
      diagnosis.result = *std::move(result);
    } else {
      diagnosis.findings.push_back({"not_classified", result.error().message,
                                    "this is the server's fault, not the device's"});
    }
  }
  // Of bytes that are read wrongly the rate says nothing.
  if (found.decoded && !found.likely) judge_rate(input, *found.decoded, diagnosis);
  diagnosis.summary = summarise(diagnosis);
  return diagnosis;
}

}  // namespace auscult::service
