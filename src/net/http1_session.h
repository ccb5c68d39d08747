// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "net/http1_parser.h"
#include "net/http1_pipeline.h"
#include "net/ip_address.h"
#include "net/moved_connection.h"
#include "net/shard_context.h"
#include "net/timeout_list.h"

namespace flagstream::net {

// One HTTP/1.x connection: reads requests, has them answered, and sends the answers in the order of
// the requests. Several may be in work at once. Kept by what waits for its socket and by the
// responders of its requests. On its shard.
//
// Everything happens in Pump: take requests from what came in, send the answers that are ready, and
// so on until neither is possible; Settle then waits for what is missing. Answers given inside a
// handler are therefore sent after the handler has returned, and nothing recurses.
class Http1Session final : public std::enable_shared_from_this<Http1Session>,
                           public SessionListHook,
                           private TimeoutList::Owner {
 public:
  explicit Http1Session(ShardContext& context);
  ~Http1Session();
  Http1Session(const Http1Session&) = delete;
  Http1Session& operator=(const Http1Session&) = delete;

  // Serves a connection that was just accepted.
  static void Serve(ShardContext& context, Connection connection);
  // Serves a connection whose stream has ended, by the session that was parked for it or, if that
  // is null, a new one. Reads on in a later turn.
  static void GoOn(ShardContext& context, Connection connection, bool keep_alive,
                   std::shared_ptr<Http1Session> parked);

  // Serves a connection that another process gave away. Reads on in a later turn.
  static void MoveIn(ShardContext& context, MovedConnection moved);

  // A session without connection, for what a client sends while its connection is a stream.
  static std::shared_ptr<Http1Session> MakeParked(ShardContext& context);
  // False if that is too much.
  bool KeepForLater(std::string_view bytes);
  // What was kept; nothing if a part of it was taken already.
  std::optional<std::string> TakeUnread();

  // What its exchanges need.
  void OnAnswered();
  std::unique_ptr<StreamConnection> OnTakeOver(Http1Exchange& exchange, std::string_view head);
  Response Failure(int status, std::string_view sentence) const;
  Executor& shard() { return context_.executor; }

  // Reads what a new connection sent, in its turn.
  void ReadFirst();
  // Sends what is answered by now.
  void Flush();
  // The server takes no further requests: ends the connection if it is idle, else after the
  // answers.
  void Drain();
  // While the shard is paused: whether a request is being read or answered.
  bool IsAtWork() const;
  // Gives the connection away if nothing is under way on it. If something is, that is the last.
  std::optional<MovedConnection> MoveOut();
  // At once. Also ends streams that wait for their turn.
  void Close();
  // Whether an answer is being made or sent.
  bool IsBusy() const { return !pipeline_.empty() || unsent_ != nullptr; }

 private:
  // What the reading side waits for; each has its timeout.
  enum class Phase { kNothing, kRequest, kHead, kBody };

  void Attach(Connection connection);
  Connection Detach();
  void Pump(std::string_view received);
  void Settle();
  void KeepWhilePaused();

  // Reading
  bool MayTakeRequest() const;
  bool HasInput() const;
  void TakeRequests(std::string_view received);
  size_t ParseRequests(std::string_view bytes);
  bool IsInBody() const;
  void Dispatch();
  Response MovedAnswer() const;
  void Refuse(int status, std::string_view sentence);
  std::string ClientAddressOf(const Request& request);
  void AwaitReadable();
  void OnReadable();
  void OnInputEnd();

  // Writing
  void WriteAnswers();
  void AppendAnswers(WriteQueue& out);
  void AppendAnswer(Http1Exchange& exchange, WriteQueue& out);
  void OnBlocked();
  void AwaitWritable();
  void HandOver();

  // Ending
  bool IsFinished() const;
  void Linger();
  void DrainInput();
  void EndPendingStreams();

  // Time
  Phase CurrentPhase() const;
  void UpdateReadTimeout();
  void OnTimeout(TimeoutList::Entry& entry) override;

  ShardContext& context_;
  std::optional<Connection> connection_;  // none: closed, a stream's, or parked
  std::optional<IpAddress> peer_;         // once asked for
  std::string peer_text_;

  std::unique_ptr<Http1Parser> parser_;  // of the request that is being read
  std::string unread_;                   // received, not parsed yet
  Http1Pipeline pipeline_;
  std::unique_ptr<WriteQueue> unsent_;  // what the kernel did not take yet; null: nothing

  TimeoutList::Entry read_timeout_{*this};
  TimeoutList::Entry write_timeout_{*this};

  uint32_t turn_ = 0;           // raised when the socket changes hands; tells late events apart
  uint32_t request_count_ = 0;  // taken on this connection
  uint32_t timed_request_ = 0;  // request_count_ when the read timeout was armed
  size_t drained_bytes_ = 0;
  int pending_streams_ = 0;  // exchanges that became streams and wait for their turn
  Phase phase_ = Phase::kNothing;

  bool takes_requests_ = true;  // false: no further request after those in the pipeline
  bool has_input_ended_ = false;
  bool has_rest_ = false;  // while a request is dispatched: more bytes came behind it
  bool is_continue_sent_ = false;
  bool is_handing_over_ = false;  // the head of the stream in front is being sent
  bool is_pumping_ = false;
  bool is_flush_asked_ = false;
  bool is_waiting_readable_ = false;
  bool is_waiting_writable_ = false;
  bool is_lingering_ = false;
  bool is_closed_ = false;
};

}  // namespace flagstream::net
