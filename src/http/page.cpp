#include "http/page.hpp"

#include <array>
#include <cmath>
#include <utility>

namespace auscult::http {

const std::string_view kPageStyle = R"css(
:root { color-scheme: light dark; --line: #8884; --accent: #b3263a; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1rem; font-weight: 600; }
.answer { font-size: 2.25rem; font-weight: 700; line-height: 1.2; margin: 1.5rem 0 0; }
.confidence { color: var(--accent); }
table { border-collapse: collapse; width: 100%; margin: 1.5rem 0; }
th, td { border-bottom: 1px solid var(--line); padding: .4rem 0; text-align: left; }
th { font-weight: 400; width: 45%; }
meter { width: 60%; vertical-align: middle; }
.poor { border-left: .25rem solid var(--accent); padding-left: .75rem; }
footer { border-top: 1px solid var(--line); padding-top: 1rem; font-size: .875rem; }
)css";

// The hash is that of the style above; the page's test tells the new one after a change.
const std::string_view kPagePolicy =
    "default-src 'none'; style-src 'sha256-xsRVsfdw76tyKikT/9KJo9tMiJ8Kk/b+3i49Nk4Eb+s='; base-uri "
    "'none'; form-action 'none'; "
    "frame-ancestors 'none'";

const std::string_view kLoginPolicy =
    "default-src 'none'; style-src 'sha256-xsRVsfdw76tyKikT/9KJo9tMiJ8Kk/b+3i49Nk4Eb+s='; base-uri "
    "'none'; "
    "form-action 'self'; frame-ancestors 'none'";

namespace {

/// What the five classes of the data sets mean (PASCAL CHSC 2011).
std::string_view meaning_of(std::string_view class_name) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kMeanings = {{
      {"Artifact",
       "Mostly sounds that are not the heart's: speech, handling, noise. Record again."},
      {"Murmur", "A noise between the heart sounds, as turbulent blood makes it."},
      {"Normal", "The two heart sounds, lub and dub, in an even rhythm."},
      {"Extrahls", "A third sound in each beat, such as a gallop."},
      {"Extrastole", "Beats out of the rhythm: early, or skipped."},
  }};
  for (const auto& [name, meaning] : kMeanings) {
    if (name == class_name) return meaning;
  }
  return "";
}

std::string percent(double value) { return std::to_string(static_cast<int>(std::floor(value))); }

std::string tenths(double value) {
  const auto rounded = std::llround(value * 10);
  return std::to_string(rounded / 10) + "." + std::to_string(rounded % 10);
}

void add_row(std::string& html, std::string_view name, const std::string& cell) {
  html.append("<tr><th scope=\"row\">").append(name).append("</th><td>");
  html.append(cell).append("</td></tr>\n");
}

std::string meter(const std::string& share) {
  return R"(<meter min="0" max="100" value=")" + share + "\"></meter> " + share + "%";
}

std::string answer(const Recording& recording) {
  const Classification& result = recording.result;
  std::string html = "<p class=\"answer\">" + escape_html(result.class_name()) +
                     " <span class=\"confidence\">" + percent(result.confidence) + "%</span></p>\n";
  html.append("<p>").append(meaning_of(result.class_name())).append("</p>\n");

  if (result.quality.verdict == Quality::Verdict::poor) {
    html += "<p class=\"poor\">The recording is poor, so the answer may be wrong:";
    for (const std::string& reason : result.quality.reasons)
      html += " " + escape_html(reason) + ".";
    html += "</p>\n";
  }

  html += "<table>\n";
  for (std::size_t i = 0; i < result.labels.size() && i < result.probabilities.size(); ++i) {
    add_row(html, escape_html(result.labels[i]), meter(percent(result.probabilities[i] * 100)));
  }
  html += "</table>\n<table>\n";
  add_row(html, "Device", escape_html(recording.device));
  add_row(html, "Received", format_timestamp(recording.received_at));
  add_row(html, "Length", tenths(recording.source.duration_s) + " s");
  if (result.heart_rate_bpm) {
    add_row(html, "Heart rate", percent(*result.heart_rate_bpm) + " per minute");
  }
  add_row(html, "Model", escape_html(result.model.name));
  return html + "</table>\n";
}

}  // namespace

std::string escape_html(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::string latest_page(const std::optional<Recording>& latest) {
  std::string html =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>Auscult</title>\n<style>";
  html.append(kPageStyle)
      .append("</style>\n</head>\n<body>\n<h1>Auscult: the latest recording</h1>\n");
  html += latest ? answer(*latest)
                 : "<p class=\"answer\">No recording yet</p>\n"
                   "<p>Send one by POST to <code>/upload_audio</code>.</p>\n";
  return html +
         "<footer>Not a medical device: for research and development only. It can be wrong, and "
         "must not be used to diagnose. <a href=\"/openapi.json\">The interface</a></footer>\n"
         "</body>\n</html>\n";
}

std::string login_page(std::string_view complaint) {
  std::string html =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>Auscult: log in</title>\n<style>";
  html.append(kPageStyle).append("</style>\n</head>\n<body>\n<h1>Auscult: log in</h1>\n");
  if (!complaint.empty()) html += "<p class=\"poor\">" + escape_html(complaint) + "</p>\n";
  return html +
         "<form method=\"post\" action=\"/v1/login\">\n<p><label>API key<br>\n"
         "<input type=\"password\" name=\"key\" size=\"40\" required autofocus "
         "autocomplete=\"current-password\"></label></p>\n"
         "<p><button>Log in</button></p>\n</form>\n"
         "<p>Keys are made where the service runs: <code>auscult keys create --name NAME "
         "--scopes read,listen</code></p>\n</body>\n</html>\n";
}

}  // namespace auscult::http
