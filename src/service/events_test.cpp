#include "service/events.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace auscult::service {
namespace {

using testing::ElementsAre;

TEST(EventHub, TellsEveryListenerInOrder) {
  EventHub hub(2);
  std::vector<std::string> first;
  std::vector<std::string> second;
  const auto a = hub.subscribe([&](const auto& event) { first.push_back(event->id); });
  const auto b = hub.subscribe([&](const auto& event) { second.push_back(event->id); });
  hub.publish({Event::Kind::stored, "1", {}});
  hub.publish({Event::Kind::removed, "2", {}});
  EXPECT_THAT(first, ElementsAre("1", "2"));
  EXPECT_EQ(second, first);
}

TEST(EventHub, CallsNobodyAfterTheEndOfTheSubscription) {
  EventHub hub(1);
  int calls = 0;
  {
    const auto subscription = hub.subscribe([&](const auto&) { ++calls; });
    hub.publish({});
  }
  hub.publish({});
  EXPECT_EQ(calls, 1);
}

TEST(EventHub, TakesNoMoreListenersThanItsBound) {
  EventHub hub(1);
  const auto nothing = [](const auto&) {};
  {
    const auto subscription = hub.subscribe(nothing);
    EXPECT_TRUE(subscription);
    EXPECT_FALSE(hub.subscribe(nothing));
  }
  EXPECT_TRUE(hub.subscribe(nothing));
}

}  // namespace
}  // namespace auscult::service
