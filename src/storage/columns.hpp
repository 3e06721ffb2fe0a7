#pragma once

#include <chrono>
#include <cstdint>

#include "core/time.hpp"

/// How values lie in the database's columns.
namespace auscult::storage {

/// Since 1970, UTC.
inline std::int64_t milliseconds(Timestamp time) { return time.time_since_epoch().count(); }

inline Timestamp timestamp(std::int64_t milliseconds) {
  return Timestamp{std::chrono::milliseconds{milliseconds}};
}

}  // namespace auscult::storage
