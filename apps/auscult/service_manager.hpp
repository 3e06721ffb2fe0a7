#pragma once

#include <string_view>

namespace auscult::cli {

/// Tells the service manager what state the service is in ("READY=1", "WATCHDOG=1",
/// "STOPPING=1"), by the protocol of sd_notify(3): a datagram to the socket that NOTIFY_SOCKET
/// names. Without one, or if nobody listens, nothing happens. Any thread.
void tell_service_manager(std::string_view state);

}  // namespace auscult::cli
