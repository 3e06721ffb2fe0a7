#pragma once

#include <span>
#include <string_view>

namespace auscult::http {

/// A file of the dashboard. Views live as long as the program.
struct Asset {
  std::string_view path;  ///< Relative, with slashes: "assets/main-1a2b3c.js".
  std::string_view type;  ///< Media type.
  std::string_view tag;   ///< Names the content: its digest's start.
  std::string_view content;
  std::string_view gzipped;  ///< Empty where it would not be smaller.
};

/// The dashboard as it was built into the program; empty if it was not. Written by
/// cmake/EmbedAssets.cmake.
std::span<const Asset> assets();

}  // namespace auscult::http
