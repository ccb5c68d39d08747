// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace flagstream::stream {

// What clients are told apart by; a metric label each. How each is treated is in client_profile.cc.
enum class ClientKind : uint8_t {
  kIos,
  kAndroid,
  kReactNative,
  kFlutter,
  kRuby,
  kBrowser,
  kPython,
  kGo,
  kNode,
  kOther,
};
inline constexpr size_t kClientKindCount = 10;

std::string_view ClientKindName(ClientKind kind);

}  // namespace flagstream::stream
