#include "experiment.hpp"

#include <atomic>
#include <filesystem>
#include <optional>
#include <thread>
#include <utility>

#include "progress.hpp"

namespace auscult::train {
namespace {

std::string checkpoint_name(int fold, std::uint64_t seed) {
  return (fold < 0 ? "all" : "fold" + std::to_string(fold)) + "-seed" + std::to_string(seed) +
         ".checkpoint";
}

}  // namespace

void in_parallel(std::size_t count, int jobs, const std::function<void(std::size_t)>& task) {
  std::atomic<std::size_t> next = 0;
  std::vector<std::jthread> threads;
  for (int job = 0; job < jobs; ++job) {
    threads.emplace_back([&] {
      for (std::size_t i = next++; i < count; i = next++) task(i);
    });
  }
}

Result<Ensembles> train_all(const Dataset& dataset, const Plan& plan) {
  std::error_code error;
  std::filesystem::create_directories(plan.checkpoints, error);
  if (error) return fail(ErrorCode::storage_failure, plan.checkpoints + ": " + error.message());

  const std::size_t folds = plan.folds.size();
  const std::size_t nets = folds * plan.seeds.size();
  // One seed after the other: what is done first is a whole cross-validation.
  Progress progress("training", nets * static_cast<std::size_t>(plan.steps));
  std::vector<std::optional<Result<Weights>>> results(nets);
  std::atomic<bool> failed = false;
  in_parallel(nets, plan.jobs, [&](std::size_t net) {
    if (failed) return;
    Lesson lesson;
    lesson.held_out = plan.folds[net % folds];
    lesson.seed = plan.seeds[net / folds];
    lesson.steps = plan.steps;
    lesson.checkpoint = plan.checkpoints + "/" + checkpoint_name(lesson.held_out, lesson.seed);
    int seen = -1;
    const auto listener = [&](int step, double loss) {
      if (seen < 0) progress.resumed(static_cast<std::size_t>(step - 1));
      seen = step;
      progress.advance(1, "(loss " + std::to_string(loss) + ")");
    };
    results[net] = learn(dataset, lesson, listener);
    if (seen < 0) progress.resumed(static_cast<std::size_t>(plan.steps));
    if (!*results[net]) failed = true;
  });

  Ensembles ensembles(plan.folds.size());
  for (std::size_t net = 0; net < nets; ++net) {
    if (!results[net]) continue;
    if (!*results[net]) return results[net]->error();
    ensembles[net % folds].push_back(std::move(**results[net]));
  }
  return ensembles;
}

std::vector<SeedScores> score_out_of_fold(const Dataset& dataset, const Plan& plan,
                                          const Ensembles& ensembles) {
  const std::size_t seeds = plan.seeds.size();
  std::vector<SeedScores> scores(dataset.examples.size());
  std::vector<std::vector<std::size_t>> members(plan.folds.size());
  for (std::size_t fold = 0; fold < plan.folds.size(); ++fold) {
    for (std::size_t i = 0; i < dataset.examples.size(); ++i) {
      if (dataset.examples[i].fold == plan.folds[fold]) {
        members[fold].push_back(i);
        scores[i].resize(seeds);
      }
    }
  }
  Progress progress("scoring", plan.folds.size() * seeds);
  in_parallel(plan.folds.size() * seeds, plan.jobs, [&](std::size_t net) {
    const std::size_t fold = net / seeds;
    std::vector<const std::vector<float>*> clips;
    for (const std::size_t i : members[fold]) clips.push_back(&dataset.examples[i].samples);
    std::vector<std::vector<double>> found = score(ensembles[fold][net % seeds], clips);
    for (std::size_t k = 0; k < clips.size(); ++k) {
      scores[members[fold][k]][net % seeds] = std::move(found[k]);
    }
    progress.advance(1);
  });
  return scores;
}

}  // namespace auscult::train
