// SPDX-License-Identifier: Apache-2.0
// The least a server of streams can do, as the measure for ours: it reads no HTTP and calls send
// once per subscriber with the bytes that Flagstream sends, chunk framing included. Any request
// that begins with 'G' opens a stream; one that begins with 'P' publishes to all of them and is
// answered when the last send has returned. One thread, epoll.
//
// usage: floor PORT
#define _GNU_SOURCE  // accept4
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define DESCRIPTORS_MAX 1048576
#define SEND_BUFFER_BYTES 16384

static const char kHead[] =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: "
    "no-cache\r\nX-Accel-Buffering: no\r\n"
    "X-Content-Type-Options: nosniff\r\nAccess-Control-Allow-Origin: *\r\nTransfer-Encoding: "
    "chunked\r\n\r\n";
static const char kPublished[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

static int subscribers[DESCRIPTORS_MAX];
static int place_of[DESCRIPTORS_MAX];  // index into subscribers plus one; 0 = no subscriber
static int subscriber_count = 0;

static void Die(const char* doing) {
  perror(doing);
  exit(1);
}

static int Listen(uint16_t port) {
  int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  int on = 1;
  setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(descriptor, (struct sockaddr*)&address, sizeof(address)) != 0) Die("bind");
  if (listen(descriptor, 4096) != 0) Die("listen");
  return descriptor;
}

// One event as one chunk, with a stamp of whole 1/64 s above the last.
static size_t MakeFrame(char* frame, size_t size) {
  static int64_t last_tick = 0;
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  int64_t tick = (int64_t)now.tv_sec * 64 + now.tv_nsec / 15625000;
  last_tick = tick > last_tick ? tick : last_tick + 1;
  char event[256];
  int length =
      snprintf(event, sizeof(event),
               "event: environment_updated\ndata: {\"updated_at\": %.6f}\nretry: 15000\n\n",
               (double)last_tick / 64);
  return (size_t)snprintf(frame, size, "%x\r\n%s\r\n", length, event);
}

static void Publish(void) {
  char frame[512];
  const size_t size = MakeFrame(frame, sizeof(frame));
  for (int i = 0; i < subscriber_count; ++i) {
    if (send(subscribers[i], frame, size, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 && errno != EAGAIN)
      continue;
  }
}

static void Subscribe(int descriptor) {
  const int bytes = SEND_BUFFER_BYTES;
  setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
  if (send(descriptor, kHead, sizeof(kHead) - 1, MSG_NOSIGNAL) < 0) return;
  subscribers[subscriber_count++] = descriptor;
  place_of[descriptor] = subscriber_count;
}

static void Close(int descriptor) {
  const int place = place_of[descriptor];
  if (place > 0) {
    const int moved = subscribers[--subscriber_count];
    subscribers[place - 1] = moved;
    place_of[moved] = place;
    place_of[descriptor] = 0;
  }
  close(descriptor);
}

static void Accept(int listener, int epoll) {
  int descriptor;
  while ((descriptor = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
    int on = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    struct epoll_event event = {.events = EPOLLIN, .data.fd = descriptor};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) != 0) Die("epoll_ctl");
  }
}

static void Serve(int descriptor) {
  char request[4096];
  const ssize_t got = recv(descriptor, request, sizeof(request), 0);
  if (got <= 0) {
    Close(descriptor);
  } else if (request[0] == 'G') {
    Subscribe(descriptor);
  } else if (request[0] == 'P') {
    Publish();
    if (send(descriptor, kPublished, sizeof(kPublished) - 1, MSG_NOSIGNAL) < 0) Close(descriptor);
  }
}

int main(int argc, char** argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: floor PORT\n");
    return 2;
  }
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max < DESCRIPTORS_MAX ? limit.rlim_max : DESCRIPTORS_MAX;
  setrlimit(RLIMIT_NOFILE, &limit);
  signal(SIGPIPE, SIG_IGN);

  const int listener = Listen((uint16_t)atoi(argv[1]));
  const int epoll = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event) != 0) Die("epoll_ctl");
  printf("listening on http://127.0.0.1:%s\n", argv[1]);
  fflush(stdout);
  for (;;) {
    struct epoll_event events[256];
    const int count = epoll_wait(epoll, events, 256, -1);
    for (int i = 0; i < count; ++i) {
      events[i].data.fd == listener ? Accept(listener, epoll) : Serve(events[i].data.fd);
    }
  }
}
