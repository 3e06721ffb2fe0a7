#pragma once

#include "auscult/result.hpp"
#include "core/memory_budget.hpp"
#include "core/recording.hpp"
#include "http/router.hpp"

namespace auscult::http {

/// The memory that a recording's kept sound takes while it is decoded and shown, to be held until
/// then. Fails as MemoryBudget::Lease::add() does. Any thread.
Result<MemoryBudget::Lease> lease_sound(const Context& context, const Recording& recording);

}  // namespace auscult::http
