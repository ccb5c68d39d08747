// SPDX-License-Identifier: Apache-2.0
#include "server/move/succession.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/log.h"
#include "server/move/client_messages.h"

namespace flagstream::server {
namespace {

using std::chrono::milliseconds;
using wire::Json;

constexpr std::string_view kName = "flagstream.sock";
// For what takes no time.
constexpr milliseconds kSoon{2'000};
// The old process finishes what is under way, the new one opens and loads the store, which may have
// to be migrated first.
constexpr milliseconds kPatience{10 * 60'000};

std::string Reason() { return std::generic_category().message(errno); }

bool Says(const MoveMessage& message, std::string_view what) {
  return message.fields.Find(what) != nullptr;
}

MoveMessage Saying(std::string_view what, Json value) {
  return {.fields = Json(Json::Object{{std::string(what), std::move(value)}})};
}

// Nothing if it is a successor, else why not.
std::optional<std::string> Objection(int socket,
                                     const Result<std::optional<MoveMessage>>& request) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 ||
      (peer.uid != ::geteuid() && peer.uid != 0)) {
    return "it is another user's";
  }
  const Json* const format = request && *request ? (*request)->fields.Find("take_over") : nullptr;
  if (format == nullptr || format->AsInteger() == nullptr) return "the request is not understood";
  if (*format->AsInteger() != kMoveFormat) {
    return "the running server is of another release, whose connections cannot be taken over; stop "
           "it first";
  }
  return std::nullopt;
}

}  // namespace

// A Unix socket and its address. By the folder's descriptor, because a path of more than 107 bytes
// is no address (unix(7)).
class FolderSocket {
 public:
  explicit FolderSocket(const std::string& data_folder)
      : folder_(::open(data_folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)),
        socket_(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0)) {
    address_.sun_family = AF_UNIX;
    const std::string path =
        "/proc/self/fd/" + std::to_string(folder_.get()) + "/" + std::string(kName);
    std::memcpy(address_.sun_path, path.c_str(), path.size() + 1);
  }

  bool Connect() { return ::connect(socket_.get(), Address(), sizeof address_) == 0; }
  bool Listen() {
    // Left behind by a process that has ended: we have the folder's lock.
    Remove();
    return ::bind(socket_.get(), Address(), sizeof address_) == 0 &&
           ::listen(socket_.get(), /*backlog=*/1) == 0;
  }
  void Remove() { ::unlink(address_.sun_path); }
  int get() const { return socket_.get(); }
  net::OwnedFd Take() { return std::move(socket_); }

 private:
  const sockaddr* Address() const { return reinterpret_cast<const sockaddr*>(&address_); }

  const net::OwnedFd folder_;
  net::OwnedFd socket_;
  sockaddr_un address_{};
};

Result<std::optional<Predecessor>> Predecessor::Ask(const std::string& data_folder,
                                                    MovedClients& clients) {
  FolderSocket socket(data_folder);
  if (!socket.Connect()) {
    if (errno == ENOENT || errno == ECONNREFUSED) return std::optional<Predecessor>();
    return Error::Unavailable("the running server cannot be asked to hand over: " + Reason());
  }
  Predecessor predecessor{MoveChannel(socket.Take())};
  FLAGSTREAM_TRY(predecessor.channel_.Send(Saying("take_over", kMoveFormat)));
  while (true) {
    FLAGSTREAM_ASSIGN(std::optional<MoveMessage> message, predecessor.channel_.Receive(kPatience));
    if (!message) return Error::Unavailable("the running server ended while it handed over");
    if (Says(*message, "yours")) return std::optional(std::move(predecessor));
    if (const Json* const why = message->fields.Find("refused"); why != nullptr) {
      return Error(ErrorCode::kConflict, "the running server does not hand over: " +
                                             (why->AsString() ? *why->AsString() : why->Dump()));
    }
    FLAGSTREAM_TRY(TakeClient(std::move(*message), clients));
  }
}

Result<> Predecessor::SayReady() {
  FLAGSTREAM_TRY(channel_.Send(Saying("ready", true)));
  FLAGSTREAM_ASSIGN(const std::optional<MoveMessage> message, channel_.Receive(kPatience));
  if (message) return Error::Unavailable("the server that handed over does not let go");
  return {};
}

bool Successor::TakesOver(const MovedClients& clients) {
  const auto give = [&]() -> Result<std::optional<MoveMessage>> {
    FLAGSTREAM_TRY(SendClients(channel_, clients));
    FLAGSTREAM_TRY(channel_.Send(Saying("yours", true)));
    return channel_.Receive(kPatience);
  };
  const Result<std::optional<MoveMessage>> answer = give();
  if (answer && *answer && Says(**answer, "ready")) return true;
  log::Error("the next process did not take over",
             {{"error", answer ? "it ended before it was ready" : answer.error().message()}});
  return false;
}

std::unique_ptr<SuccessorDoor> SuccessorDoor::Open(const std::string& data_folder) {
  auto socket = std::make_unique<FolderSocket>(data_folder);
  if (socket->Listen()) return std::unique_ptr<SuccessorDoor>(new SuccessorDoor(std::move(socket)));
  log::Warning("no other process can take over from this one",
               {{"file", data_folder + "/" + std::string(kName)}, {"error", Reason()}});
  return nullptr;
}

SuccessorDoor::SuccessorDoor(std::unique_ptr<FolderSocket> socket) : socket_(std::move(socket)) {}

SuccessorDoor::~SuccessorDoor() { socket_->Remove(); }

int SuccessorDoor::descriptor() const { return socket_->get(); }

std::optional<Successor> SuccessorDoor::Answer() {
  net::OwnedFd socket(::accept4(socket_->get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (socket.get() < 0) return std::nullopt;  // gone already
  const int descriptor = socket.get();
  // One that does not read must not keep this process from serving.
  const timeval patience{kSoon.count() / 1'000, 0};
  ::setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  MoveChannel channel(std::move(socket));
  const Result<std::optional<MoveMessage>> request = channel.Receive(kSoon);
  const std::optional<std::string> objection = Objection(descriptor, request);
  if (!objection) return Successor(std::move(channel));
  log::Warning("a process that wants to take over is refused", {{"reason", *objection}});
  // Who does not hear it sees the end of the connection.
  static_cast<void>(channel.Send(Saying("refused", *objection)));
  return std::nullopt;
}

}  // namespace flagstream::server
