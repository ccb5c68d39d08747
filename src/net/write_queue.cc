// SPDX-License-Identifier: Apache-2.0
#include "net/write_queue.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "net/socket_errno.h"

namespace flagstream::net {
namespace {

constexpr size_t kPartsMax = 64;                 // of one call
constexpr size_t kSentTextBytesMax = 64 * 1024;  // kept until the queue is compacted

iovec PartOf(const char* data, size_t size) { return {const_cast<char*>(data), size}; }

}  // namespace

std::string& WriteQueue::text() { return text_; }

void WriteQueue::Append(std::shared_ptr<const std::string> body) {
  if (body->size() <= kCopiedBodyBytesMax) {
    text_.append(*body);
    return;
  }
  CloseText();
  bodies_size_ += body->size();
  pieces_.push_back({std::move(body), text_.size()});
}

void WriteQueue::CloseText() {
  const size_t closed = pieces_.empty() ? 0 : pieces_.back().text_end;
  if (text_.size() > closed) pieces_.push_back({nullptr, text_.size()});
}

size_t WriteQueue::size() const { return text_.size() - text_sent_ + bodies_size_; }

void WriteQueue::Clear() {
  text_.clear();
  pieces_.clear();
  first_ = sent_of_body_ = text_sent_ = bodies_size_ = 0;
}

WriteQueue::Outcome WriteQueue::Send(int socket) {
  CloseText();
  while (!empty()) {
    std::array<iovec, kPartsMax> parts;
    size_t count = 0;
    size_t total = 0;
    size_t text_at = text_sent_;
    for (size_t i = first_; i < pieces_.size() && count < kPartsMax; ++i, ++count) {
      const Piece& piece = pieces_[i];
      if (piece.body != nullptr) {
        const size_t skip = i == first_ ? sent_of_body_ : 0;
        parts[count] = PartOf(piece.body->data() + skip, piece.body->size() - skip);
      } else {
        parts[count] = PartOf(text_.data() + text_at, piece.text_end - text_at);
        text_at = piece.text_end;
      }
      total += parts[count].iov_len;
    }
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = count;
    const ssize_t sent = ::sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno == EINTR) continue;
      return IsNotYet(errno) ? Outcome::kBlocked : Outcome::kFailed;
    }
    Drop(static_cast<size_t>(sent));
    // Less than offered: the buffer is full, asking again would only say so.
    if (static_cast<size_t>(sent) < total) {
      Compact();
      return Outcome::kBlocked;
    }
  }
  Clear();
  return Outcome::kDone;
}

// A queue that is filled as fast as it drains is never cleared, so what was sent must go now and
// then.
void WriteQueue::Compact() {
  if (text_sent_ < kSentTextBytesMax && first_ < kPartsMax) return;
  pieces_.erase(pieces_.begin(), pieces_.begin() + static_cast<std::ptrdiff_t>(first_));
  first_ = 0;
  text_.erase(0, text_sent_);
  for (Piece& piece : pieces_) piece.text_end -= text_sent_;
  text_sent_ = 0;
}

void WriteQueue::Drop(size_t count) {
  while (count > 0) {
    Piece& piece = pieces_[first_];
    const size_t rest =
        piece.body != nullptr ? piece.body->size() - sent_of_body_ : piece.text_end - text_sent_;
    const size_t step = std::min(count, rest);
    count -= step;
    if (piece.body != nullptr) {
      sent_of_body_ += step;
      bodies_size_ -= step;
    } else {
      text_sent_ += step;
    }
    if (step < rest) return;
    piece.body.reset();
    sent_of_body_ = 0;
    ++first_;
  }
}

}  // namespace flagstream::net
