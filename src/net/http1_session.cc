// SPDX-License-Identifier: Apache-2.0
#include "net/http1_session.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/assert.h"
#include "net/client_address.h"
#include "net/peer_address.h"
#include "net/socket_errno.h"
#include "net/stream_socket.h"

namespace flagstream::net {
namespace {

using boost::system::error_code;

// Answers that wait for a slow client; with more, no further request is taken.
constexpr size_t kUnsentBytesMax = 256 * 1024;
// Requests kept for the time after a stream.
constexpr size_t kParkedBytesMax = 16 * 1024;
// What a client may still send after the last answer, so that it comes to reading that answer: a
// reset would take it away.
constexpr size_t kDrainedBytesMax = 16 * 1024 * 1024;

bool HasBytesWaiting(int socket) {
  char byte = 0;
  return ::recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

}  // namespace

Http1Session::Http1Session(ShardContext& context) : context_(context) {}

Http1Session::~Http1Session() { Close(); }

void Http1Session::Serve(ShardContext& context, Connection connection) {
  const auto session = std::make_shared<Http1Session>(context);
  session->Attach(std::move(connection));
  session->Settle();
}

void Http1Session::GoOn(ShardContext& context, Connection connection, bool keep_alive,
                        std::shared_ptr<Http1Session> parked) {
  const auto session = parked != nullptr ? std::move(parked) : MakeParked(context);
  session->Attach(std::move(connection));
  if (!keep_alive || (context.is_draining && session->pipeline_.empty())) {
    session->takes_requests_ = false;
    session->unread_.clear();
    session->parser_.reset();
  }
  session->OnAnswered();
}

void Http1Session::MoveIn(ShardContext& context, MovedConnection moved) {
  const boost::asio::ip::tcp protocol = TcpOf(moved.socket.get());
  std::optional<Connection> connection =
      Connection::Open(context, std::move(moved.socket), protocol);
  if (!connection) return;
  const auto session = std::make_shared<Http1Session>(context);
  session->request_count_ = moved.has_asked ? 1 : 0;
  session->unread_ = std::move(moved.unread);
  session->Attach(std::move(*connection));
  session->OnAnswered();
}

std::shared_ptr<Http1Session> Http1Session::MakeParked(ShardContext& context) {
  auto session = std::make_shared<Http1Session>(context);
  session->request_count_ = 1;
  return session;
}

bool Http1Session::KeepForLater(std::string_view bytes) {
  if (unread_.size() + bytes.size() > kParkedBytesMax) return false;
  unread_.append(bytes);
  return true;
}

std::optional<std::string> Http1Session::TakeUnread() {
  if (!pipeline_.empty() || parser_ != nullptr) return std::nullopt;
  return std::exchange(unread_, std::string());
}

void Http1Session::Attach(Connection connection) {
  connection_.emplace(std::move(connection));
  context_.sessions.push_back(*this);
}

// Gives the socket away, with nothing waiting for it.
Connection Http1Session::Detach() {
  if (is_waiting_readable_ || is_waiting_writable_) {
    error_code ignored;  // what was not waiting any more needs no ending
    connection_->socket().cancel(ignored);
  }
  ++turn_;
  is_waiting_readable_ = is_waiting_writable_ = false;
  read_timeout_.Cancel();
  write_timeout_.Cancel();
  phase_ = Phase::kNothing;
  SessionListHook::unlink();
  Connection connection = std::move(*connection_);
  connection_.reset();
  return connection;
}

void Http1Session::Pump(std::string_view received) {
  if (is_pumping_) return;
  is_pumping_ = true;
  TakeRequests(received);
  WriteAnswers();
  while (!unread_.empty() && MayTakeRequest() && parser_ == nullptr) {
    TakeRequests({});
    WriteAnswers();
  }
  is_pumping_ = false;
  Settle();
}

void Http1Session::Settle() {
  if (!connection_ || is_lingering_) return;
  if (IsFinished()) {
    has_input_ended_ ? Close() : Linger();
    return;
  }
  if (unsent_ != nullptr) AwaitWritable();
  if (MayTakeRequest()) AwaitReadable();
  KeepWhilePaused();
  UpdateReadTimeout();
}

// A request may have come meanwhile: it is read by whoever goes on with the connection.
void Http1Session::KeepWhilePaused() {
  if (context_.is_paused && !is_waiting_readable_ && !is_waiting_writable_)
    context_.paused_sessions.push_back(shared_from_this());
}

// Reading

bool Http1Session::MayTakeRequest() const {
  if (!connection_ || has_input_ended_ || pending_streams_ > 0) return false;
  if (parser_ != nullptr && (IsInBody() || !context_.is_paused)) return true;
  return takes_requests_ && !context_.is_paused &&
         pipeline_.size() < context_.options.pipelined_requests_max &&
         pipeline_.body_bytes() < std::max<size_t>(context_.options.body_bytes_max, 1) &&
         (unsent_ == nullptr || unsent_->size() < kUnsentBytesMax);
}

bool Http1Session::IsInBody() const {
  return parser_ != nullptr && parser_->state() == Http1Parser::State::kBody;
}

bool Http1Session::HasInput() const { return has_rest_ || !unread_.empty() || parser_ != nullptr; }

void Http1Session::TakeRequests(std::string_view received) {
  if (unread_.empty()) {
    const size_t used = ParseRequests(received);
    unread_.assign(received.substr(used));
    return;
  }
  std::string bytes = std::exchange(unread_, std::string());
  bytes.append(received);
  bytes.erase(0, ParseRequests(bytes));
  unread_ = std::move(bytes);
}

// Returns how much of `bytes` is done with.
size_t Http1Session::ParseRequests(std::string_view bytes) {
  size_t used = 0;
  while (used < bytes.size() && MayTakeRequest()) {
    if (parser_ == nullptr) {
      parser_ = std::make_unique<Http1Parser>(
          Http1Limits{context_.options.header_bytes_max, context_.options.body_bytes_max});
    }
    used += parser_->Parse(bytes.substr(used));
    if (parser_->state() == Http1Parser::State::kFailed) {
      const Http1Parser::Failure failure = parser_->failure();
      Refuse(failure.status, failure.sentence);
      return bytes.size();
    }
    if (parser_->state() != Http1Parser::State::kComplete) break;
    has_rest_ = used < bytes.size();
    Dispatch();
    has_rest_ = false;
  }
  return used;
}

void Http1Session::Dispatch() {
  parser_->SetClientAddress(ClientAddressOf(parser_->request()));
  Request request = parser_->TakeRequest();
  parser_.reset();
  is_continue_sent_ = false;
  ++request_count_;
  context_.counts.requests.Add();

  Http1Exchange& exchange = pipeline_.Push(*this);
  exchange.form_ = {.is_head = request.method() == Method::kHead,
                    .is_http11 = request.is_http11(),
                    .keep_alive = request.keep_alive() && !context_.is_draining};
  pipeline_.CountBody(exchange, request.body().size());
  if (!exchange.form_.keep_alive) takes_requests_ = false;
  if (context_.is_moved_out) return exchange.Send(MovedAnswer());
  context_.router->Dispatch(std::move(request), Responder(std::shared_ptr<Responder::Exchange>(
                                                    shared_from_this(), &exchange)));
}

// Answers what is no request. Where the next one begins is not known then.
void Http1Session::Refuse(int status, std::string_view sentence) {
  Http1Exchange& exchange = pipeline_.Push(*this);
  exchange.form_.keep_alive = false;
  exchange.response_ = Failure(status, sentence);
  exchange.state_ = Http1Exchange::State::kAnswered;
  parser_.reset();
  unread_.clear();
  takes_requests_ = false;
}

Response Http1Session::Failure(int status, std::string_view sentence) const {
  // After the shard's last turn, when handlers are destroyed, nobody will read the answer.
  if (context_.router == nullptr) return Response(status);
  return context_.router->fallbacks().bad_request(status, sentence);
}

// An answer made of what this process knows could be older than what its successor has told.
Response Http1Session::MovedAnswer() const {
  Response response = Failure(503, "The server was just replaced. Please ask again.");
  response.AddHeader("Retry-After", "1");
  return response;
}

std::string Http1Session::ClientAddressOf(const Request& request) {
  if (!peer_) {
    peer_ = PeerAddress(connection_->fd());
    peer_text_ = peer_->ToString();
  }
  const IpAddress client = ClientAddress(*peer_, request, context_.trusted_proxies);
  return client == *peer_ ? peer_text_ : client.ToString();
}

void Http1Session::AwaitReadable() {
  if (is_waiting_readable_) return;
  is_waiting_readable_ = true;
  connection_->socket().async_wait(
      Socket::wait_read, [self = shared_from_this(), turn = turn_](const error_code& error) {
        if (turn != self->turn_) return;
        if (!error && self->request_count_ == 0 && !self->is_lingering_) {
          return self->context_.first_requests.Add(self);
        }
        self->is_waiting_readable_ = false;
        if (!error) self->OnReadable();
      });
}

void Http1Session::ReadFirst() {
  is_waiting_readable_ = false;
  OnReadable();
}

void Http1Session::OnReadable() {
  if (!connection_) return;
  if (is_lingering_) return DrainInput();
  if (!MayTakeRequest()) return KeepWhilePaused();  // Settle asks again
  auto& buffer = context_.read_buffer;
  const ssize_t got = ::recv(connection_->fd(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (got > 0) {
    Pump({buffer.data(), static_cast<size_t>(got)});
  } else if (got == 0) {
    OnInputEnd();
  } else if (IsNotYet(errno)) {
    AwaitReadable();
  } else {
    Close();
  }
}

// The client may have closed only its sending side: what it asked for is still answered.
void Http1Session::OnInputEnd() {
  has_input_ended_ = true;
  parser_.reset();
  unread_.clear();
  Pump({});
}

// Writing

void Http1Session::OnAnswered() {
  if (is_pumping_ || is_closed_ || !connection_) return;
  if (std::exchange(is_flush_asked_, true)) return;
  context_.FlushSoon(shared_from_this());
}

void Http1Session::Flush() {
  is_flush_asked_ = false;
  if (connection_) Pump({});
}

void Http1Session::WriteAnswers() {
  if (!connection_ || is_lingering_) return;
  WriteQueue& out = unsent_ != nullptr ? *unsent_ : context_.gathered;
  AppendAnswers(out);
  if (!connection_ || out.empty()) return;
  switch (out.Send(connection_->fd())) {
    case WriteQueue::Outcome::kDone:
      unsent_.reset();
      write_timeout_.Cancel();
      if (is_handing_over_) HandOver();
      break;
    case WriteQueue::Outcome::kBlocked:
      OnBlocked();
      break;
    case WriteQueue::Outcome::kFailed:
      out.Clear();
      Close();
      break;
  }
}

void Http1Session::AppendAnswers(WriteQueue& out) {
  while (!is_handing_over_ && pipeline_.front() != nullptr) {
    Http1Exchange& exchange = *pipeline_.front();
    if (exchange.state_ == Http1Exchange::State::kInWork) return;
    if (exchange.state_ == Http1Exchange::State::kAnswered) {
      AppendAnswer(exchange, out);
      pipeline_.PopFront();
    } else {
      is_handing_over_ = exchange.stream_ != nullptr;
      if (is_handing_over_ || exchange.form_.is_head) out.Append(exchange.response_.body());
      if (!is_handing_over_) pipeline_.PopFront();  // it ends with its head, or the peer is gone
    }
  }
  const bool is_continue_due = parser_ != nullptr && parser_->AwaitsContinue();
  if (is_continue_due && pipeline_.empty() && !std::exchange(is_continue_sent_, true)) {
    out.Append("HTTP/1.1 100 Continue\r\n\r\n");
  }
}

void Http1Session::AppendAnswer(Http1Exchange& exchange, WriteQueue& out) {
  if (context_.is_draining && pipeline_.size() == 1 && !HasInput()) {
    exchange.form_.keep_alive = false;
    takes_requests_ = false;
  }
  Response& response = exchange.response_;
  AppendHead(response, exchange.form_, context_.CurrentDateLine(), out.text());
  if (!HasBody(response, exchange.form_)) return;
  if (response.body().size() > WriteQueue::kCopiedBodyBytesMax) {
    out.Append(response.TakeBody());
  } else {
    out.Append(response.body());
  }
}

void Http1Session::OnBlocked() {
  if (unsent_ == nullptr) {
    unsent_ = std::make_unique<WriteQueue>();
    std::swap(*unsent_, context_.gathered);
  }
  context_.timeouts.write.Arm(write_timeout_, context_.Now());
}

void Http1Session::AwaitWritable() {
  if (is_waiting_writable_) return;
  is_waiting_writable_ = true;
  connection_->socket().async_wait(
      Socket::wait_write, [self = shared_from_this(), turn = turn_](const error_code& error) {
        if (turn != self->turn_) return;
        self->is_waiting_writable_ = false;
        if (!error && self->connection_) self->Pump({});
      });
}

std::unique_ptr<StreamConnection> Http1Session::OnTakeOver(Http1Exchange& exchange,
                                                           std::string_view head) {
  exchange.state_ = Http1Exchange::State::kStream;
  exchange.response_.SetBody(std::string(head));
  if (is_closed_ || exchange.form_.is_head || has_input_ended_) {
    takes_requests_ = takes_requests_ && exchange.form_.is_head;
    OnAnswered();
    return nullptr;
  }
  exchange.stream_ = new StreamSocket(context_);
  ++pending_streams_;
  auto stream = MakeStreamConnection(exchange.stream_);
  // At once, so that the stream can be written to when the handler has it.
  if (pipeline_.front() == &exchange && unsent_ == nullptr) WriteAnswers();
  OnAnswered();
  if (is_closed_) return nullptr;
  return stream;
}

void Http1Session::HandOver() {
  const boost::intrusive_ptr<StreamSocket> stream = std::move(pipeline_.front()->stream_);
  const bool keep_alive = pipeline_.front()->form_.keep_alive;
  pipeline_.PopFront();
  is_handing_over_ = false;
  --pending_streams_;
  if (stream->IsAbandoned() || has_input_ended_) {
    stream->OnSessionClosed();
    Close();
    return;
  }
  const bool has_more = HasInput() || !pipeline_.empty();
  stream->Start(Detach(), keep_alive, has_more ? shared_from_this() : nullptr);
}

// Ending

bool Http1Session::IsFinished() const {
  return (!takes_requests_ || has_input_ended_) && parser_ == nullptr && !IsBusy();
}

// Everything is sent. Closing now could reset the connection, if the client has sent more, and take
// away answers on their way: so FIN first, and the rest when the client has seen it.
void Http1Session::Linger() {
  is_lingering_ = true;
  context_.counts.lingering.Add();
  unread_.clear();
  connection_->ShutDownSend();
  context_.timeouts.linger.Arm(read_timeout_, context_.Now());
  AwaitReadable();
}

void Http1Session::DrainInput() {
  auto& buffer = context_.read_buffer;
  const ssize_t got = ::recv(connection_->fd(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  const bool is_nothing_yet = got < 0 && IsNotYet(errno);
  if (got > 0) drained_bytes_ += static_cast<size_t>(got);
  if (is_nothing_yet || (got > 0 && drained_bytes_ <= kDrainedBytesMax)) {
    AwaitReadable();
  } else {
    Close();
  }
}

void Http1Session::Drain() {
  if (!connection_ || is_lingering_ || IsBusy() || !unread_.empty()) return;
  if (parser_ != nullptr && parser_->HasBegun()) return;
  if (HasBytesWaiting(connection_->fd())) return;  // a request: read in a turn to come
  if (request_count_ == 0) return context_.timeouts.last_call.Arm(read_timeout_, context_.Now());
  parser_.reset();
  takes_requests_ = false;
  Settle();
}

bool Http1Session::IsAtWork() const { return IsInBody() || !pipeline_.empty(); }

std::optional<MovedConnection> Http1Session::MoveOut() {
  const bool is_open = connection_ && !is_lingering_ && !has_input_ended_ && takes_requests_;
  if (is_open && !IsBusy() && !IsInBody()) {
    const bool has_asked = request_count_ > 0;
    std::string unread = std::exchange(unread_, std::string());
    if (parser_ != nullptr) unread.insert(0, parser_->partial_head());
    parser_.reset();
    is_closed_ = true;
    return MovedConnection{
        .socket = Detach().Release(), .unread = std::move(unread), .has_asked = has_asked};
  }
  takes_requests_ = false;
  if (!IsInBody()) parser_.reset();
  unread_.clear();
  return std::nullopt;
}

void Http1Session::Close() {
  is_closed_ = true;
  if (connection_) {
    if (is_lingering_) context_.counts.lingering.Subtract();
    Detach().Close();
  }
  parser_.reset();
  unread_.clear();
  unsent_.reset();
  EndPendingStreams();
}

void Http1Session::EndPendingStreams() {
  pending_streams_ = 0;
  for (Http1Exchange* exchange = pipeline_.front(); exchange != nullptr;
       exchange = exchange->next_.get()) {
    if (exchange->stream_ == nullptr) continue;
    const boost::intrusive_ptr<StreamSocket> stream = std::move(exchange->stream_);
    stream->OnSessionClosed();
  }
}

// Time

Http1Session::Phase Http1Session::CurrentPhase() const {
  if (parser_ != nullptr && parser_->HasBegun()) {
    return parser_->state() == Http1Parser::State::kBody ? Phase::kBody : Phase::kHead;
  }
  return IsBusy() ? Phase::kNothing : Phase::kRequest;
}

void Http1Session::UpdateReadTimeout() {
  const Phase phase = CurrentPhase();
  const bool is_new = phase != phase_ || timed_request_ != request_count_;
  if (!is_new) return;
  phase_ = phase;
  timed_request_ = request_count_;
  const SteadyTime now = context_.Now();
  switch (phase) {
    case Phase::kNothing:
      read_timeout_.Cancel();
      break;
    case Phase::kRequest:
      // Who connects wants something: only between requests there is reason to be patient.
      (request_count_ == 0 ? context_.timeouts.header : context_.timeouts.idle)
          .Arm(read_timeout_, now);
      break;
    case Phase::kHead:
      context_.timeouts.header.Arm(read_timeout_, now);
      break;
    case Phase::kBody:
      context_.timeouts.body.Arm(read_timeout_, now);
      break;
  }
}

void Http1Session::OnTimeout(TimeoutList::Entry& entry) {
  const auto self = shared_from_this();
  if (&entry == &write_timeout_) {
    context_.counts.timeouts.Add();
    Close();
  } else if (is_lingering_) {
    Close();
  } else if (phase_ == Phase::kHead || phase_ == Phase::kBody) {
    context_.counts.timeouts.Add();
    Refuse(408, "The request did not come in time.");
    Pump({});
  } else {
    takes_requests_ = false;
    parser_.reset();
    Settle();
  }
}

}  // namespace flagstream::net
