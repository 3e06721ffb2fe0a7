#pragma once

#include <string>

#include "core/recording.hpp"
#include "storage/job.hpp"
#include "storage/sql.hpp"

/// The rows of jobs and webhooks that are written with a recording's.
namespace auscult::storage {

/// What to tell who has lost a job to another.
Error claim_lost(const std::string& job);

/// Ends a job, in the transaction that stores what came of it; unavailable as JobStore::finish().
Status end_job(SqlConnection& database, const JobClaim& claim);

/// Has everybody told of a recording whose rule it fits.
Status write_deliveries(SqlConnection& database, const Recording& recording);

}  // namespace auscult::storage
