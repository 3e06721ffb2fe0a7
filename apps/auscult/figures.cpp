#include "figures.hpp"

#include <algorithm>
#include <functional>
#include <optional>

#include "evaluation/bootstrap.hpp"
#include "evaluation/metrics.hpp"

namespace auscult::cli {
namespace {

using evaluation::Confusion;
using evaluation::Prediction;
using json::Json;

using Draw = std::span<const std::size_t>;
using Measure = std::function<std::optional<double>(Draw)>;

// {value, low, high}, or null where there is no value.
Json estimate(std::span<const Judged> judged, const Measure& measure) {
  std::vector<std::size_t> all(judged.size());
  std::vector<std::string> groups;
  for (std::size_t i = 0; i < judged.size(); ++i) {
    all[i] = i;
    groups.push_back(judged[i].file->group);
  }
  const auto value = measure(all);
  if (!value) return nullptr;
  Json figure{{"value", *value}};
  if (const auto interval = evaluation::bootstrap_interval(groups, measure)) {
    figure["low"] = interval->low;
    figure["high"] = interval->high;
  }
  return figure;
}

std::size_t group_count(std::span<const Judged> judged) {
  std::vector<std::string_view> groups;
  for (const Judged& each : judged) groups.emplace_back(each.file->group);
  std::ranges::sort(groups);
  const auto repeated = std::ranges::unique(groups);
  return groups.size() - repeated.size();
}

std::optional<double> auroc_of(Draw draw, const std::function<bool(std::size_t)>& is_positive,
                               const std::function<double(std::size_t)>& score) {
  std::vector<double> positive;
  std::vector<double> negative;
  for (const std::size_t i : draw) (is_positive(i) ? positive : negative).push_back(score(i));
  return evaluation::auroc(positive, negative);
}

// The share of those drawn that are `counted`, among those that are `of`.
std::optional<double> share(Draw draw, const std::function<bool(std::size_t)>& of,
                            const std::function<bool(std::size_t)>& counted) {
  std::size_t total = 0;
  std::size_t found = 0;
  for (const std::size_t i : draw) {
    if (!of(i)) continue;
    ++total;
    found += counted(i) ? 1U : 0U;
  }
  if (total == 0) return std::nullopt;
  return static_cast<double>(found) / static_cast<double>(total);
}

std::optional<int> index_of(const std::vector<std::string>& labels, std::string_view name) {
  const auto found = std::ranges::find(labels, name);
  if (found == labels.end()) return std::nullopt;
  return static_cast<int>(found - labels.begin());
}

}  // namespace

Json class_figures(std::span<const Judged> judged, const std::vector<std::string>& labels) {
  const auto truth = [&](std::size_t i) { return *judged[i].file->label; };
  const auto confusion = [&](Draw draw) {
    Confusion counts(labels.size());
    for (const std::size_t i : draw) counts.add(truth(i), judged[i].decided);
    return counts;
  };
  const auto of_predictions = [&](double (*measure)(std::span<const Prediction>)) {
    return estimate(judged, [&, measure](Draw draw) -> std::optional<double> {
      std::vector<Prediction> predictions;
      for (const std::size_t i : draw) predictions.push_back({judged[i].probabilities, truth(i)});
      return measure(predictions);
    });
  };

  Json figures{{"recordings", judged.size()}, {"groups", group_count(judged)}};
  figures["accuracy"] = estimate(judged, [&](Draw draw) { return confusion(draw).accuracy(); });
  figures["uar"] = estimate(judged, [&](Draw draw) { return confusion(draw).mean_recall(); });
  figures["macro_f1"] = estimate(judged, [&](Draw draw) { return confusion(draw).mean_f1(); });
  figures["log_loss"] = of_predictions(evaluation::log_loss);
  figures["ece"] = of_predictions(evaluation::expected_calibration_error);
  figures["brier"] = of_predictions(evaluation::brier_score);

  for (std::size_t label = 0; label < labels.size(); ++label) {
    const int of_class = static_cast<int>(label);
    const auto is_class = [&](std::size_t i) { return truth(i) == of_class; };
    Json& row = figures["classes"][labels[label]];
    row["recall"] = estimate(judged, [&](Draw draw) { return confusion(draw).recall(of_class); });
    row["precision"] =
        estimate(judged, [&](Draw draw) { return confusion(draw).precision(of_class); });
    row["f1"] = estimate(judged, [&](Draw draw) { return confusion(draw).f1(of_class); });
    row["auroc"] = estimate(judged, [&](Draw draw) {
      return auroc_of(draw, is_class,
                      [&](std::size_t i) { return judged[i].probabilities[label]; });
    });
  }

  std::vector<std::size_t> all(judged.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  const Confusion counts = confusion(all);
  for (std::size_t row = 0; row < labels.size(); ++row) {
    for (std::size_t column = 0; column < labels.size(); ++column) {
      figures["confusion"][labels[row]][labels[column]] =
          counts.count(static_cast<int>(row), static_cast<int>(column));
    }
  }
  return figures;
}

Json murmur_figures(std::span<const Judged> judged, const std::vector<std::string>& labels) {
  const auto murmur = index_of(labels, "Murmur");
  const auto normal = index_of(labels, "Normal");
  if (!murmur || !normal) return Json::object();

  const auto has_murmur = [&](std::size_t i) { return *judged[i].file->murmur; };
  const auto is_healthy = [&](std::size_t i) { return !*judged[i].file->murmur; };
  const auto called = [&](int label) {
    return [&judged, label](std::size_t i) { return judged[i].decided == label; };
  };
  const auto probability = [&](int label) {
    return [&judged, label](std::size_t i) {
      return judged[i].probabilities[static_cast<std::size_t>(label)];
    };
  };

  Json figures{{"recordings", judged.size()}, {"groups", group_count(judged)}};
  figures["auroc_murmur"] =
      estimate(judged, [&](Draw draw) { return auroc_of(draw, has_murmur, probability(*murmur)); });
  figures["auroc_not_normal"] = estimate(judged, [&](Draw draw) {
    return auroc_of(draw, has_murmur, [&](std::size_t i) { return -probability(*normal)(i); });
  });
  figures["sensitivity"] =
      estimate(judged, [&](Draw draw) { return share(draw, has_murmur, called(*murmur)); });
  figures["specificity"] = estimate(judged, [&](Draw draw) {
    return share(draw, is_healthy, [&](std::size_t i) { return !called(*murmur)(i); });
  });
  figures["healthy_called_normal"] =
      estimate(judged, [&](Draw draw) { return share(draw, is_healthy, called(*normal)); });
  return figures;
}

}  // namespace auscult::cli
