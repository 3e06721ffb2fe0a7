#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "storage/recording_store.hpp"

namespace auscult::service {

/// Something that happened to a recording.
using Event = storage::Change;

/// Tells listeners what happens, in the order in which it happens. Any thread; outlives its
/// subscriptions.
class EventHub {
 public:
  /// Called in publish(), one at a time, and must not block or call the hub.
  using Listener = std::function<void(const std::shared_ptr<const Event>& event)>;

  /// Listens until its end; after that its listener is not called any more.
  class Subscription {
   public:
    Subscription(Subscription&& other) noexcept;
    Subscription& operator=(Subscription&&) = delete;
    ~Subscription();

   private:
    friend class EventHub;
    Subscription(EventHub* hub, std::uint64_t key) : hub_(hub), key_(key) {}
    EventHub* hub_;
    std::uint64_t key_;
  };

  explicit EventHub(std::size_t max_listeners) : max_listeners_(max_listeners) {}

  /// Empty if there are `max_listeners` already.
  std::optional<Subscription> subscribe(Listener listener);
  void publish(Event event);

 private:
  const std::size_t max_listeners_;
  std::mutex mutex_;
  std::uint64_t next_key_ = 0;                   // Guarded by mutex_.
  std::map<std::uint64_t, Listener> listeners_;  // Guarded by mutex_.
};

}  // namespace auscult::service
