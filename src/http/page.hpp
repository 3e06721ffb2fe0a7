#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/recording.hpp"

namespace auscult::http {

/// The style sheet of the page, and the Content-Security-Policy that allows it by its SHA-256 and
/// nothing else: no script, nothing from outside.
extern const std::string_view kPageStyle;
extern const std::string_view kPagePolicy;

/// The latest recording for a person, as one HTML page.
std::string latest_page(const std::optional<Recording>& latest);

/// `text` as the content of an element or a quoted attribute.
std::string escape_html(std::string_view text);

/// The Content-Security-Policy of login_page(): its form may be sent here, and nowhere else.
extern const std::string_view kLoginPolicy;

/// A form that asks for an API key; `complaint`, if there is one, stands above it.
std::string login_page(std::string_view complaint);

}  // namespace auscult::http
