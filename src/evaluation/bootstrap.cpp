#include "evaluation/bootstrap.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

namespace auscult::evaluation {

std::optional<Interval> bootstrap_interval(
    std::span<const std::string> groups,
    const std::function<std::optional<double>(std::span<const std::size_t>)>& measure) {
  std::map<std::string, std::vector<std::size_t>> by_name;
  for (std::size_t i = 0; i < groups.size(); ++i) by_name[groups[i]].push_back(i);
  std::vector<std::vector<std::size_t>> members;
  for (auto& [name, indices] : by_name) members.push_back(std::move(indices));
  if (members.empty()) return std::nullopt;

  std::mt19937_64 random(1);
  std::uniform_int_distribution<std::size_t> any(0, members.size() - 1);
  std::vector<double> values;
  for (int draw = 0; draw < kBootstrapDraws; ++draw) {
    std::vector<std::size_t> chosen;
    for (std::size_t i = 0; i < members.size(); ++i) {
      const std::vector<std::size_t>& group = members[any(random)];
      chosen.insert(chosen.end(), group.begin(), group.end());
    }
    if (const std::optional<double> value = measure(chosen)) values.push_back(*value);
  }
  if (values.size() < kBootstrapDraws / 2) return std::nullopt;
  std::sort(values.begin(), values.end());
  const auto at = [&](double share) {
    return values[static_cast<std::size_t>(
        std::lround(share * static_cast<double>(values.size() - 1)))];
  };
  return Interval{at(0.025), at(0.975)};
}

}  // namespace auscult::evaluation
