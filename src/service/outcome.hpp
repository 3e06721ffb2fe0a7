#pragma once

#include <string>
#include <variant>

#include "core/recording.hpp"

namespace auscult::service {

/// The answer to a request to store a recording.
struct Stored {
  Recording recording;
  bool is_replayed = false;  ///< Whether it was stored for an earlier request that was the same.
};

/// A request that is well-formed, but at odds with what came before it.
struct Conflict {
  enum class Kind {
    key_reused,      ///< Its key stands for another recording.
    chunk_differs,   ///< Another chunk has the number.
    finished,        ///< Its session is finished.
    incomplete,      ///< Chunks of its session are missing, or there are too many.
    digest_differs,  ///< What has come is not what was meant to.
  };
  Kind kind = Kind::key_reused;
  std::string message;  ///< For a person.
};

using Outcome = std::variant<Stored, Conflict>;

/// A recording that is kept and will be judged, by its id.
struct Accepted {
  std::string id;
  bool is_replayed = false;  ///< Whether it was accepted for an earlier request that was the same.
};

}  // namespace auscult::service
