#pragma once

#include "http/router.hpp"
#include "http/upload.hpp"
#include "service/outcome.hpp"

/// What each route answers. No connection, no framing: a request in, a response out.
namespace auscult::http {

/// The text of data.json; to a browser the dashboard.
Response show_latest_answer(const Context& context, const Request& request);

/// "Normal|Conf: 98%": the class and the percent rounded down, for a display of 21 characters.
Response device_receipt(const Recording& recording);
/// 201, Location and the recording.
Response recording_receipt(const Recording& recording);

Response list_recordings(const Context& context, const Request& request);
Response show_recording(const Context& context, const Request& request);
Response remove_recording(const Context& context, const Request& request);
Response restore_recording(const Context& context, const Request& request);
/// Note and corrected label.
Response review_recording(const Context& context, const Request& request, std::string_view body);
/// The WAV, whole or one range of it.
Response show_audio(const Context& context, const Request& request);
/// Windows and beats with their evidence, from the kept sound.
Response show_evidence(const Context& context, const Request& request);
/// Pictures of it: PNG and SVG.
Response show_spectrogram(const Context& context, const Request& request);
Response show_waveform(const Context& context, const Request& request);
/// Recordings in pieces.
Response open_upload_session(const Context& context, const Request& request, std::string_view body);
Response show_upload_session(const Context& context, const Request& request);
Response remove_upload_session(const Context& context, const Request& request);
Response put_chunk(const Context& context, const Request& request, std::string_view body);

/// Keeps an upload that is to be judged later; 202 with its id and Location, or the answer that the
/// same request has had.
Response keep_upload(const Context& context, const UploadHead& head,
                     std::span<const std::byte> body, std::optional<double> paced_bytes_per_s);
/// What is known of a recording that is not stored: 202 while it waits, why it will never be, or
/// `otherwise`.
Response show_waiting(const Context& context, const std::string& id, const Error& otherwise);

/// What is to be done later, and what was given up.
Response list_jobs(const Context& context, const Request& request);
Response retry_job(const Context& context, const Request& request);
Response remove_job(const Context& context, const Request& request);

/// Histories that are judged anew by the model in use, chosen by the list's filters.
Response begin_reclassification(const Context& context, const Request& request);
Response list_reclassifications(const Context& context, const Request& request);
Response show_reclassification(const Context& context, const Request& request);
Response remove_reclassification(const Context& context, const Request& request);
/// A recording's first answer, and those of other models since.
Response list_answers(const Context& context, const Request& request);

/// Who is told of recordings. The secret is shown once.
Response add_webhook(const Context& context, const Request& request, std::string_view body);
Response list_webhooks(const Context& context, const Request& request);
Response remove_webhook(const Context& context, const Request& request);

/// What a stored recording, or what speaks against it, is answered with; under `path`.
Response outcome_response(const service::Outcome& outcome, std::string_view path,
                          Response (*receipt)(const Recording& recording));

Response show_latest(const Context& context, const Request& request);
Response list_devices(const Context& context, const Request& request);
Response set_device(const Context& context, const Request& request, std::string_view body);

Response export_csv(const Context& context, const Request& request);
/// Corrected labels as auscult-train reads them.
Response export_manifest(const Context& context, const Request& request);
/// Audio and manifest of the recordings named.
Response export_zip(const Context& context, const Request& request);

Response show_model(const Context& context, const Request& request);
/// Puts the model in that its files hold now, and describes it.
Response reload_model(const Context& context, const Request& request);

/// The page of the dashboard; where it is not built in, one with the latest recording.
Response show_dashboard(const Context& context, const Request& request);
/// A file of the dashboard, gzipped for who accepts it.
Response show_asset(const Context& context, const Request& request);
Response redirect_to_dashboard();

/// Gives a browser a session for an API key, which comes as a form or {"key": ...}.
Response log_in(const Context& context, const Request& request, std::string_view body);
Response log_out(const Context& context, const Request& request, std::string_view body);
/// The page that asks for the key.
Response show_login();

/// The Open Inference Protocol's descriptions: http/inference.hpp.
Response show_inference_server();
Response show_inference_live();
Response show_inference_ready();
Response show_inference_model(const Context& context, const Request& request);
Response show_inference_model_ready(const Context& context, const Request& request);

Response show_health();
Response show_readiness(const Context& context, const Request& request);
/// In Prometheus' text format.
Response show_metrics(const Context& context, const Request& request);
Response show_openapi();

}  // namespace auscult::http
