// SPDX-License-Identifier: Apache-2.0
#include "server/move/move_channel.h"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <system_error>
#include <utility>

namespace flagstream::server {
namespace {

// A request head and what came behind it, or the rest of an event, with room to spare; below the
// kernel's default for the buffers of sockets.
constexpr size_t kPacketBytesMax = 160 * 1024;

Error Broken(const char* doing) {
  return Error::Unavailable(std::string(doing) + ": " + std::generic_category().message(errno));
}

Error NoMessage() {
  return {ErrorCode::kInvalidArgument, "what the other process sent is no message"};
}

// The one descriptor that a packet may carry.
class Control {
 public:
  void AttachTo(msghdr& header) {
    header.msg_control = bytes_.data();
    header.msg_controllen = bytes_.size();
  }
  void Put(msghdr& header, int descriptor) {
    AttachTo(header);
    cmsghdr* const control = CMSG_FIRSTHDR(&header);
    control->cmsg_level = SOL_SOCKET;
    control->cmsg_type = SCM_RIGHTS;
    control->cmsg_len = CMSG_LEN(sizeof descriptor);
    std::memcpy(CMSG_DATA(control), &descriptor, sizeof descriptor);
  }
  static net::OwnedFd Take(msghdr& header) {
    const cmsghdr* const control = CMSG_FIRSTHDR(&header);
    if (control == nullptr || control->cmsg_type != SCM_RIGHTS) return net::OwnedFd();
    int descriptor = -1;
    std::memcpy(&descriptor, CMSG_DATA(control), sizeof descriptor);
    return net::OwnedFd(descriptor);
  }

 private:
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> bytes_{};
};

std::string Encode(const MoveMessage& message) {
  wire::Json fields = message.fields;
  wire::Json::Array lengths;
  for (const std::string& text : message.texts)
    lengths.emplace_back(static_cast<int64_t>(text.size()));
  fields.Set("texts", std::move(lengths));
  std::string packet = fields.Dump() + '\n';
  for (const std::string& text : message.texts) packet += text;
  return packet;
}

Result<MoveMessage> Decode(std::string_view packet) {
  const size_t line_end = packet.find('\n');
  if (line_end == std::string_view::npos) return NoMessage();
  MoveMessage message;
  FLAGSTREAM_ASSIGN(message.fields, wire::ParseJson(packet.substr(0, line_end)));
  packet.remove_prefix(line_end + 1);
  const wire::Json* const lengths = message.fields.Find("texts");
  if (lengths == nullptr || lengths->AsArray() == nullptr) return NoMessage();
  for (const wire::Json& length : *lengths->AsArray()) {
    const int64_t* const bytes = length.AsInteger();
    if (bytes == nullptr || *bytes < 0 || static_cast<size_t>(*bytes) > packet.size())
      return NoMessage();
    message.texts.emplace_back(packet.substr(0, static_cast<size_t>(*bytes)));
    packet.remove_prefix(static_cast<size_t>(*bytes));
  }
  if (!packet.empty()) return NoMessage();
  return message;
}

}  // namespace

Result<> MoveChannel::Send(const MoveMessage& message, int descriptor) {
  std::string packet = Encode(message);
  if (packet.size() > kPacketBytesMax)
    return Error(ErrorCode::kTooLarge, "a message to the other process is too long");
  iovec bytes{packet.data(), packet.size()};
  msghdr header{};
  header.msg_iov = &bytes;
  header.msg_iovlen = 1;
  Control control;
  if (descriptor >= 0) control.Put(header, descriptor);
  ssize_t sent = 0;
  do {
    sent = ::sendmsg(socket_.get(), &header, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  if (sent < 0) return Broken("the other process cannot be told");
  return {};
}

Result<std::optional<MoveMessage>> MoveChannel::Receive(std::chrono::milliseconds patience) {
  pollfd wait{socket_.get(), POLLIN, 0};
  const int ready = ::poll(&wait, 1, static_cast<int>(patience.count()));
  if (ready < 0) return Broken("the other process cannot be heard");
  if (ready == 0) return Error::Unavailable("the other process says nothing");

  std::string packet(kPacketBytesMax, '\0');
  iovec bytes{packet.data(), packet.size()};
  msghdr header{};
  header.msg_iov = &bytes;
  header.msg_iovlen = 1;
  Control control;
  control.AttachTo(header);
  const ssize_t got = ::recvmsg(socket_.get(), &header, MSG_CMSG_CLOEXEC);
  if (got < 0) return Broken("the other process cannot be heard");
  net::OwnedFd descriptor = Control::Take(header);
  if (got == 0) return std::optional<MoveMessage>();
  if ((header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) return NoMessage();
  FLAGSTREAM_ASSIGN(MoveMessage message,
                    Decode(std::string_view(packet).substr(0, static_cast<size_t>(got))));
  message.descriptor = std::move(descriptor);
  return std::optional(std::move(message));
}

}  // namespace flagstream::server
