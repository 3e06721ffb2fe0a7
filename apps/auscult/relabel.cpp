#include "relabel.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <map>
#include <mutex>
#include <optional>
#include <ostream>
#include <thread>

#include "audio/decode.hpp"
#include "audio/resample.hpp"
#include "beats/detector.hpp"
#include "classify/rate_check.hpp"
#include "evaluation/estimate.hpp"
#include "layout_faults.hpp"
#include "progress_bar.hpp"

namespace auscult::cli {
namespace {

using json::Json;

constexpr double kNear = 0.12;

/// What is told of one recording.
struct Told {
  std::vector<int> rates;                       ///< Of each relabelling, 0 where none is suspected.
  std::vector<std::vector<std::string>> codes;  ///< Of each fault of its layout, what is found.
};

struct Measured {
  const LabelledFile* file = nullptr;
  bool is_artifact = false;
  std::optional<Told> told;
};

Result<Told> measure(const LabelledFile& file, bool is_artifact,
                     const beats::HeartSoundDetector& detector, model::Workspace& workspace) {
  const auto decoded = audio::decode_file(file.file.string(), {});
  if (!decoded) return decoded.error();
  Told told;
  told.codes = examine_with_faults(decoded->clip);
  std::map<int, audio::AudioClip> recorded;
  for (const auto& [recorded_hz, declared_hz] : relabellings()) {
    told.rates.push_back(0);
    if (is_artifact && recorded_hz != declared_hz) continue;
    audio::AudioClip& clip = recorded[recorded_hz];
    if (clip.samples.empty()) clip = audio::resample(decoded->clip, recorded_hz);
    clip.sample_rate_hz = declared_hz;
    const auto found = detector.detect(clip, workspace);
    if (!found) return found.error();
    const auto suspect = classify::suspect_rate(detector, clip, *found, workspace);
    if (!suspect) return suspect.error();
    if (*suspect) told.rates.back() = (*suspect)->likely_rate_hz;
  }
  return told;
}

/// Measures all of them on all processors.
void measure_all(std::vector<Measured>& recordings, const beats::HeartSoundDetector& detector,
                 std::ostream& err) {
  std::atomic<std::size_t> next = 0;
  std::mutex writing;
  ProgressBar bar(err, recordings.size(), isatty(STDERR_FILENO) != 0);
  const auto work = [&] {
    model::Workspace workspace = detector.make_workspace();
    for (std::size_t i = next++; i < recordings.size(); i = next++) {
      Measured& each = recordings[i];
      auto told = measure(*each.file, each.is_artifact, detector, workspace);
      const std::lock_guard lock(writing);
      if (told) {
        each.told = *std::move(told);
      } else {
        bar.clear();
        err << "auscult: " << each.file->file.string() << ": " << told.error().message << '\n';
      }
      bar.update(i + 1);
    }
  };
  std::vector<std::jthread> workers;
  for (unsigned i = 0; i < std::max(1U, std::thread::hardware_concurrency()); ++i) {
    workers.emplace_back(work);
  }
}

Json rows_of(const std::vector<const Measured*>& recordings, bool right_only) {
  std::vector<std::string> groups;
  for (const Measured* each : recordings) groups.push_back(each->file->group);
  const std::vector<int> kinds(recordings.size(), 1);
  Json rows = Json::array();
  const std::vector<Relabelling> all = relabellings();
  for (std::size_t row = 0; row < all.size(); ++row) {
    const auto& [recorded_hz, declared_hz] = all[row];
    if (right_only && recorded_hz != declared_hz) continue;
    const auto share = [&](const auto& counted) {
      return evaluation::share_estimate(
          groups, kinds, 1, [&](std::size_t i) { return counted(recordings[i]->told->rates[row]); },
          evaluation::Detail::full);
    };
    const int truth_hz = recorded_hz;
    rows.push_back({{"recorded_hz", recorded_hz},
                    {"declared_hz", declared_hz},
                    {"recordings", recordings.size()},
                    {"suspected", share([](int likely_hz) { return likely_hz > 0; })}});
    if (recorded_hz == declared_hz) continue;
    rows.back()["named"] = share(
        [truth_hz](int likely_hz) { return std::abs(likely_hz - truth_hz) < kNear * truth_hz; });
    rows.back()["exact"] = share([truth_hz](int likely_hz) { return likely_hz == truth_hz; });
  }
  return rows;
}

/// The codes that say how bytes are to be read.
bool is_of_layout(const std::string& code) {
  return code == "layout" || code == "offset_binary" || code == "adc";
}

/// Of the recordings as they are, the share in which each code is found; and of each fault, the
/// share in which it is told.
Json advice_of(const std::vector<const Measured*>& recordings) {
  std::map<std::string, int> healthy;
  Json found = Json::object();
  const std::vector<std::string_view> names = layout_faults();
  const auto count = static_cast<double>(recordings.size());
  for (std::size_t fault = 0; fault < names.size(); ++fault) {
    int told = 0;
    for (const Measured* each : recordings) {
      const std::vector<std::string>& codes = each->told->codes[fault];
      told += std::ranges::any_of(codes, is_of_layout) ? 1 : 0;
      if (fault > 0) continue;
      for (const std::string& code : codes) ++healthy[code];
    }
    if (fault > 0) found[std::string(names[fault])] = evaluation::rounded(told / count);
  }
  Json alarms = Json::object();
  for (const auto& [code, times] : healthy) alarms[code] = evaluation::rounded(times / count);
  return {{"recordings", recordings.size()}, {"as_they_are", alarms}, {"faults_found", found}};
}

std::string percent(const Json& estimate) {
  if (!estimate.is_object()) return "";
  std::array<char, 64> text{};
  const double value = estimate["value"];
  if (estimate.contains("low")) {
    (void)std::snprintf(text.data(), text.size(), "%5.1f %% [%.1f, %.1f]", 100 * value,
                        100 * estimate["low"].get<double>(), 100 * estimate["high"].get<double>());
  } else {
    (void)std::snprintf(text.data(), text.size(), "%5.1f %%", 100 * value);
  }
  return text.data();
}

void write_row(std::ostream& out, const Json& row) {
  const bool is_right = row["recorded_hz"] == row["declared_hz"];
  std::array<char, 200> line{};
  (void)std::snprintf(line.data(), line.size(), "  %5.4g kHz %s %5.4g kHz  %5d  %-9s %-24s %s%s",
                      1e-3 * row["recorded_hz"].get<double>(), is_right ? "is" : "as",
                      1e-3 * row["declared_hz"].get<double>(), row["recordings"].get<int>(),
                      is_right ? "alarmed" : "suspected", percent(row["suspected"]).c_str(),
                      is_right ? "" : "named ", is_right ? "" : percent(row["named"]).c_str());
  out << line.data() << '\n';
}

void write_advice(std::ostream& out, const Json& advice) {
  for (const auto& [code, share] : advice["as_they_are"].items()) {
    out << "  as they are, " << code << ": " << 100 * share.get<double>() << " %\n";
  }
  for (const auto& [fault, share] : advice["faults_found"].items()) {
    out << "  found, " << fault << ": " << 100 * share.get<double>() << " %\n";
  }
}

}  // namespace

std::vector<Relabelling> relabellings() {
  return {{44'100, 16'000}, {48'000, 16'000}, {22'050, 16'000}, {8'000, 16'000}, {16'000, 8'000},
          {16'000, 44'100}, {8'000, 8'000},   {16'000, 16'000}, {44'100, 44'100}};
}

Result<Json> measure_relabelling(const std::vector<LabelledSet>& sets, int artifact,
                                 const std::filesystem::path& model_folder, int every,
                                 std::ostream& err) {
  const auto detector =
      beats::HeartSoundDetector::load(model_folder / "beats.onnx", model::Precision::f32);
  if (!detector) return detector.error();
  Json report = {{"every", every}, {"sets", Json::object()}, {"advice", Json::object()}};
  for (const LabelledSet& set : sets) {
    std::vector<Measured> recordings;
    for (std::size_t i = 0; i < set.files.size(); i += static_cast<std::size_t>(every)) {
      const LabelledFile& file = set.files[i];
      recordings.push_back({&file, file.label && *file.label == artifact, std::nullopt});
    }
    measure_all(recordings, *detector, err);
    std::map<std::string, std::vector<const Measured*>> parts;
    for (const Measured& each : recordings) {
      if (!each.told) continue;
      const std::string kind = each.is_artifact ? "artifacts" : "hearts";
      parts["all, " + kind].push_back(&each);
      if (!each.file->device.empty()) parts[each.file->device + ", " + kind].push_back(&each);
    }
    for (const auto& [part, members] : parts) {
      report["sets"][set.name][part] = rows_of(members, members.front()->is_artifact);
      report["advice"][set.name][part] = advice_of(members);
    }
  }
  return report;
}

void write_relabelling(std::ostream& out, const Json& report) {
  for (const auto& [set, parts] : report["sets"].items()) {
    for (const auto& [part, rows] : parts.items()) {
      out << '\n' << set << ", " << part << '\n';
      for (const Json& row : rows) write_row(out, row);
    }
  }
  for (const auto& [set, parts] : report["advice"].items()) {
    for (const auto& [part, advice] : parts.items()) {
      out << "\nadvice, " << set << ", " << part << " (" << advice["recordings"] << ")\n";
      write_advice(out, advice);
    }
  }
}

}  // namespace auscult::cli
