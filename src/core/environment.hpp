#pragma once

#include <optional>
#include <string>

namespace auscult {

/// A variable of the environment. Any thread, since nothing of ours changes them once there are
/// several.
std::optional<std::string> environment(const std::string& name);

}  // namespace auscult
