#pragma once

#include "auscult/result.hpp"
#include "postgres/address.hpp"
#include "storage/copy.hpp"

namespace auscult::postgres {

/// A database as one side of a copy. A source's schema must be up to date; a target's is made so.
/// Processes that use the source may go on; none may use the target.
Result<storage::CopySide> copy_source(const Address& address);
Result<storage::CopySide> copy_target(const Address& address);

}  // namespace auscult::postgres
