#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "auscult/result.hpp"
#include "http/query.hpp"
#include "storage/recording_store.hpp"

namespace auscult::http {

/// Fails with invalid_argument on a parameter that is not accepted: a filter that is misspelt would
/// silently match everything.
Status check_names(const Query& query, const std::vector<std::string_view>& accepted);

/// The value of a parameter, empty where it is missing or has none.
std::optional<std::string> find_filled(const Query& query, std::string_view name);

/// Which recordings a query asks for: device, class, from, to, min_confidence, quality and q.
/// `labels` are the classes there are. Parameters of other names are left to the caller. Fails with
/// invalid_argument, naming the value.
Result<storage::ListQuery> parse_filters(const Query& query,
                                         const std::vector<std::string>& labels);

/// parse_filters(), limit and cursor, and nothing else.
Result<storage::ListQuery> parse_list_query(const Query& query,
                                            const std::vector<std::string>& labels);

/// The parameters that parse_filters() reads.
std::vector<std::string_view> filter_names();

}  // namespace auscult::http
