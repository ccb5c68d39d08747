// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace flagstream::net {

// Bytes on their way to a peer. Small pieces are copied behind one another; large shared bodies are
// referred to. All that waits goes to the kernel in one call.
class WriteQueue {
 public:
  enum class Outcome { kDone, kBlocked, kFailed };

  // Up to here copying is cheaper than one more part of the kernel's call.
  static constexpr size_t kCopiedBodyBytesMax = 2048;

  // For what makes small pieces out of parts: append to it, before the next other call.
  std::string& text();
  void Append(std::string_view bytes) { text().append(bytes); }
  // Refers to a body that is larger than kCopiedBodyBytesMax, copies a smaller one.
  void Append(std::shared_ptr<const std::string> body);

  // Gives the kernel what it takes without blocking.
  Outcome Send(int socket);

  size_t size() const;
  bool empty() const { return size() == 0; }
  // Keeps the capacity.
  void Clear();

 private:
  // A body, or, without one, the bytes of text_ up to text_end.
  struct Piece {
    std::shared_ptr<const std::string> body;
    size_t text_end = 0;
  };

  // Ends the text piece under way.
  void CloseText();
  void Drop(size_t count);
  void Compact();

  std::string text_;
  std::vector<Piece> pieces_;  // in order; what of text_ is behind the last piece follows them
  size_t first_ = 0;           // pieces before it are sent
  size_t sent_of_body_ = 0;    // of the first piece, if it is a body
  size_t text_sent_ = 0;       // of text_
  size_t bodies_size_ = 0;     // bytes of bodies not sent
};

}  // namespace flagstream::net
