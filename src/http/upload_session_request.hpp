#pragma once

#include <boost/beast/http/fields.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "auscult/result.hpp"
#include "http/query.hpp"
#include "service/settings.hpp"
#include "service/upload_sessions.hpp"

/// What the requests of upload sessions say. Each fails with invalid_argument, naming the value.
namespace auscult::http {

/// What a session's recording will be, but for its body: from the query, a JSON object with the
/// same parameters (or no body), and the headers, in this order of precedence, as read_upload()
/// does.
Result<service::Upload> parse_session_start(const Query& query,
                                            const boost::beast::http::fields& headers,
                                            std::string_view body, Timestamp received_at);

/// How many chunks there are and the SHA-256 of all bytes: `chunks` and `sha256`, in the query or a
/// JSON object; either may be missing.
Result<service::FinishRequest> parse_finish_request(const std::string& session, const Query& query,
                                                    std::string_view body);

/// The number in a chunk's path: 0 and up, without a sign or leading zeros.
Result<int> parse_chunk_number(std::string_view text);

/// The SHA-256, in lower-case hexadecimal, that the headers say of the content: Content-Digest
/// (RFC 9530; other algorithms are passed over) or X-Content-Sha256 in hexadecimal. Empty if they
/// say none.
Result<std::optional<std::string>> parse_content_sha256(const boost::beast::http::fields& headers);

}  // namespace auscult::http
