#pragma once

#include <optional>
#include <string>
#include <variant>

#include "access/guard.hpp"
#include "http/admission.hpp"
#include "http/response.hpp"
#include "http/router.hpp"

/// Who may: between a request's header and its body.
namespace auscult::http {

/// Where a request came from.
struct Peer {
  std::string address;
  bool encrypted = false;
};

/// What a request is refused with, and whose it is.
struct Refusal {
  Problem problem;
  std::string who;
};

/// Lets a request pass, saying who it is from, or says why not. Without a guard everybody may do
/// everything. A live stream's key may come with its first message: then `Caller::owes_key`.
std::variant<Caller, Refusal> check_caller(access::Guard* guard, const Admission& admission,
                                           const RequestHeader& header, const Peer& peer);

/// What is answered to a decision that is not `granted`. `path` decides how: in a line for the
/// display of a device, or for a program.
Problem refusal(const access::Decision& decision, const access::Need& need, std::string_view path);

/// The line of the audit log for a request that was let pass and answered with `status`; empty if
/// it is none that is logged.
std::optional<access::AuditEntry> audit_entry(const Route& route, const Request& request,
                                              int status, bool with_uploads);
/// The same for one that was refused.
access::AuditEntry refused_entry(const Route& route, const Peer& peer, std::string_view method,
                                 const Refusal& refusal);

}  // namespace auscult::http
