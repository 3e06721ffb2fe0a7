#pragma once

#include "http/router.hpp"

/// What each route answers. No connection, no framing: a request in, a response out.
namespace auscult::http {

/// The text of data.json; to a browser a page with the latest recording.
Response show_latest_answer(const Context& context, const Request& request);

/// "Normal|Conf: 98%": the class and the percent rounded down, for a display of 21 characters.
Response device_receipt(const Recording& recording);
/// 201, Location and the recording.
Response recording_receipt(const Recording& recording);

Response list_recordings(const Context& context, const Request& request);
Response show_recording(const Context& context, const Request& request);
Response remove_recording(const Context& context, const Request& request);
/// The WAV, whole or one range of it.
Response show_audio(const Context& context, const Request& request);
/// Windows and beats with their evidence, from the kept sound.
Response show_evidence(const Context& context, const Request& request);
Response show_latest(const Context& context, const Request& request);
Response show_model(const Context& context, const Request& request);

Response show_health();
Response show_readiness(const Context& context, const Request& request);
Response show_openapi();

}  // namespace auscult::http
