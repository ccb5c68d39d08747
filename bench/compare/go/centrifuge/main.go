// SPDX-License-Identifier: Apache-2.0

// Centrifuge serves streams by the library of that name, which is what Centrifugo is built on: by its handler for
// server-sent events, as it is. Each client is subscribed when it connects. The library wraps the event's data in
// its own JSON.
//
// usage: centrifuge PORT
package main

import (
	"context"
	"log"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/centrifugal/centrifuge"

	"flagstream.bench/compare/event"
)

const channel = "environment"

func newNode() (*centrifuge.Node, error) {
	node, err := centrifuge.New(centrifuge.Config{})
	if err != nil {
		return nil, err
	}
	node.OnConnecting(func(context.Context, centrifuge.ConnectEvent) (centrifuge.ConnectReply, error) {
		return centrifuge.ConnectReply{
			Credentials:   &centrifuge.Credentials{UserID: ""},
			Subscriptions: map[string]centrifuge.SubscribeOptions{channel: {}},
		}, nil
	})
	return node, node.Run()
}

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: centrifuge PORT")
	}
	node, err := newNode()
	if err != nil {
		log.Fatal(err)
	}
	// No pings: the load program does not answer them.
	quiet := centrifuge.PingPongConfig{PingInterval: -1, PongTimeout: -1}
	streams := centrifuge.NewSSEHandler(node, centrifuge.SSEConfig{PingPongConfig: quiet})
	connect := url.Values{"cf_connect": {`{"id":1,"connect":{}}`}}.Encode()
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Args[1], http.HandlerFunc(
		func(writer http.ResponseWriter, request *http.Request) {
			if !strings.HasSuffix(request.URL.Path, "/queue-change") {
				request.URL.RawQuery = connect
				streams.ServeHTTP(writer, request)
				return
			}
			data, err := event.Data(request.Body)
			if err == nil {
				_, err = node.Publish(channel, []byte(data))
			}
			if err != nil {
				http.Error(writer, err.Error(), http.StatusBadRequest)
			}
		})))
}
