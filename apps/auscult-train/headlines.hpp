#pragma once

#include <span>
#include <string_view>

namespace auscult::train {

/// One of the figures by which a model is judged.
struct Headline {
  std::string_view name;     ///< In metrics.json.
  std::string_view title;    ///< In tables.
  std::string_view pointer;  ///< A JSON pointer in metrics.json, to {value, low, high} or a number.
  std::string_view aim;      ///< What was aimed at, for the card; empty if nothing.
};

/// The headline figures, in the order of the card. Those with a value are also taken
/// of every seed alone.
std::span<const Headline> headlines();

}  // namespace auscult::train
