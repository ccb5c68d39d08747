// SPDX-License-Identifier: Apache-2.0
#include "stream/client_kind.h"

#include "base/assert.h"

namespace flagstream::stream {

std::string_view ClientKindName(ClientKind kind) {
  switch (kind) {
    case ClientKind::kIos:
      return "ios";
    case ClientKind::kAndroid:
      return "android";
    case ClientKind::kReactNative:
      return "react-native";
    case ClientKind::kFlutter:
      return "flutter";
    case ClientKind::kRuby:
      return "ruby";
    case ClientKind::kBrowser:
      return "browser";
    case ClientKind::kPython:
      return "python";
    case ClientKind::kGo:
      return "go";
    case ClientKind::kNode:
      return "node";
    case ClientKind::kOther:
      return "other";
  }
  FLAGSTREAM_UNREACHABLE();
}

}  // namespace flagstream::stream
