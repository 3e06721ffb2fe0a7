#include "core/id.hpp"
#include "http/handlers.hpp"
#include "http/negotiation.hpp"
#include "http/sound_lease.hpp"
#include "pictures/recording_pictures.hpp"

namespace auscult::http {
namespace {

using boost::beast::http::field;

Error no_recording(const std::string& id) {
  return fail(ErrorCode::not_found, "there is no recording \"" + id + "\"");
}

/// A picture of a recording, which never changes but with how we draw: `kind` and its version name
/// that. `draw` gives its content.
template <typename Draw>
Response picture(const Context& context, const Request& request, const char* kind, const char* type,
                 const Draw& draw) {
  if (!is_id(request.id)) return problem_response(no_recording(request.id));
  const Result<Recording> recording = context.service.find(request.id);
  if (!recording) return problem_response(recording.error());
  const std::string etag = "\"" + request.id + "-" + kind + "-1\"";
  Response response;
  response.headers = {{"ETag", etag},
                      {"Cache-Control", "private"},
                      {"X-Content-Type-Options", "nosniff"},
                      // An SVG opened by itself is a page.
                      {"Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"}};
  if (matches_etag(request.headers[field::if_none_match], etag)) {
    response.status = 304;
    return response;
  }
  const Result<MemoryBudget::Lease> lease = lease_sound(context, *recording);
  if (!lease) return problem_response(lease.error());
  const Result<audio::AudioClip> clip = context.service.clip(request.id);
  if (!clip) return problem_response(clip.error());
  auto content = draw(*clip, *recording);
  if (!content) return problem_response(content.error());
  response.content_type = type;
  response.content = *std::move(content);
  return response;
}

}  // namespace

Response show_spectrogram(const Context& context, const Request& request) {
  return picture(context, request, "spectrogram", "image/png",
                 [](const audio::AudioClip& clip, const Recording&) {
                   return pictures::spectrogram_png(clip);
                 });
}

Response show_waveform(const Context& context, const Request& request) {
  return picture(context, request, "waveform", "image/svg+xml",
                 [](const audio::AudioClip& clip, const Recording& recording) {
                   return Result<std::string>(pictures::waveform_svg(clip, recording.result.beats));
                 });
}

}  // namespace auscult::http
