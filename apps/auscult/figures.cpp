#include "figures.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <set>

#include "evaluation/report.hpp"

namespace auscult::cli {
namespace {

using evaluation::Detail;
using json::Json;

constexpr std::size_t kExamples = 5;
constexpr double kLeastProbability = 1e-12;

std::optional<int> index_of(const std::vector<std::string>& labels, std::string_view name) {
  const auto found = std::ranges::find(labels, name);
  if (found == labels.end()) return std::nullopt;
  return static_cast<int>(found - labels.begin());
}

Json class_figures(std::span<const Judged> judged, const Measured& model) {
  std::vector<evaluation::Case> cases;
  for (const Judged& each : judged) {
    cases.push_back({.group = each.file->group,
                     .source = each.file->device,
                     .prediction = {each.probabilities, *each.file->label}});
  }
  return evaluation::class_report(cases, model.labels, model.prior);
}

Json examples_of(std::span<const Judged> judged, const Measured& model,
                 const std::filesystem::path& folder) {
  Json examples = Json::array();
  const std::size_t count = std::min(kExamples, judged.size());
  for (std::size_t i = 0; i < count; ++i) {
    const Judged& each = judged[i * judged.size() / count];
    Json probabilities = Json::array();
    for (const double p : each.probabilities) probabilities.push_back(evaluation::rounded(p));
    examples.push_back({{"file", each.file->file.lexically_relative(folder).string()},
                        {"class", model.labels[static_cast<std::size_t>(each.decided)]},
                        {"probabilities", std::move(probabilities)}});
  }
  return examples;
}

}  // namespace

Json set_figures(std::span<const Judged> judged, const Measured& model,
                 const std::filesystem::path& folder) {
  std::map<std::string, std::vector<Judged>> labelled;
  std::map<std::string, std::vector<Judged>> murmur;
  for (const Judged& each : judged) {
    const std::string device = each.file->device.empty() ? "" : "device " + each.file->device;
    if (each.file->murmur) {
      murmur["murmur"].push_back(each);
      if (!device.empty()) murmur["murmur, " + device].push_back(each);
    }
    if (each.file->label) {
      labelled["all"].push_back(each);
      if (!device.empty()) labelled[device].push_back(each);
    }
  }
  Json figures = Json::object();
  for (const auto& [name, part] : labelled) figures[name] = class_figures(part, model);
  for (const auto& [name, part] : murmur) figures[name] = murmur_figures(part, model.labels);
  figures["examples"] = examples_of(judged, model, folder);
  return figures;
}

Json murmur_figures(std::span<const Judged> judged, const std::vector<std::string>& labels) {
  const auto murmur = index_of(labels, "Murmur");
  const auto normal = index_of(labels, "Normal");
  if (!murmur || !normal) return Json::object();

  std::vector<std::string> groups;
  std::vector<int> kinds;
  for (const Judged& each : judged) {
    groups.push_back(each.file->group);
    kinds.push_back(*each.file->murmur ? 1 : 0);
  }
  const auto auroc_of = [&](const std::function<double(const Judged&)>& score) {
    std::vector<double> scores;
    for (const Judged& each : judged) scores.push_back(score(each));
    return evaluation::auroc_estimate(groups, scores, kinds, Detail::full);
  };
  const auto probability = [](const Judged& each, int label) {
    return std::max(each.probabilities[static_cast<std::size_t>(label)], kLeastProbability);
  };
  const auto called = [&](int label) {
    return [judged, label](std::size_t i) { return judged[i].decided == label; };
  };

  Json figures{{"recordings", judged.size()},
               {"groups", std::set<std::string>(groups.begin(), groups.end()).size()}};
  figures["auroc_murmur_normal"] = auroc_of([&](const Judged& each) {
    return std::log(probability(each, *murmur) / probability(each, *normal));
  });
  figures["auroc_murmur"] =
      auroc_of([&](const Judged& each) { return probability(each, *murmur); });
  figures["auroc_not_normal"] =
      auroc_of([&](const Judged& each) { return -probability(each, *normal); });
  const auto share = [&](int kind, const std::function<bool(std::size_t)>& counted) {
    return evaluation::share_estimate(groups, kinds, kind, counted, Detail::full);
  };
  figures["sensitivity"] = share(1, called(*murmur));
  figures["specificity"] = share(0, [&](std::size_t i) { return judged[i].decided != *murmur; });
  figures["healthy_called_normal"] = share(0, called(*normal));
  return figures;
}

}  // namespace auscult::cli
