#include "service/events.hpp"

#include <utility>

namespace auscult::service {

EventHub::Subscription::Subscription(Subscription&& other) noexcept
    : hub_(std::exchange(other.hub_, nullptr)), key_(other.key_) {}

EventHub::Subscription::~Subscription() {
  if (hub_ == nullptr) return;
  const std::lock_guard lock(hub_->mutex_);
  hub_->listeners_.erase(key_);
}

std::optional<EventHub::Subscription> EventHub::subscribe(Listener listener) {
  const std::lock_guard lock(mutex_);
  if (listeners_.size() >= max_listeners_) return std::nullopt;
  listeners_.emplace(++next_key_, std::move(listener));
  return Subscription(this, next_key_);
}

void EventHub::publish(Event event) {
  const auto shared = std::make_shared<const Event>(std::move(event));
  const std::lock_guard lock(mutex_);
  for (const auto& [key, listener] : listeners_) listener(shared);
}

}  // namespace auscult::service
