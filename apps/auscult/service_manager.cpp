#include "service_manager.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>

#include "core/environment.hpp"

namespace auscult::cli {

void tell_service_manager(std::string_view state) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = environment("NOTIFY_SOCKET").value_or("");
  if (path.empty() || path.size() >= sizeof(address.sun_path)) return;
  std::memcpy(static_cast<void*>(address.sun_path), path.data(), path.size());
  // What begins with @ is a name in the kernel's own name space.
  if (path.front() == '@') address.sun_path[0] = '\0';
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return;
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  static_cast<void>(::sendto(socket, state.data(), state.size(), MSG_NOSIGNAL,
                             reinterpret_cast<const sockaddr*>(&address), length));
  ::close(socket);
}

}  // namespace auscult::cli
