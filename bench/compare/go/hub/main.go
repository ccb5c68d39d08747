// SPDX-License-Identifier: Apache-2.0

// Hub is a server of event streams as one writes it in Go: net/http, one goroutine per stream, a channel for each with
// room for the newest event.
//
// usage: hub PORT
package main

import (
	"log"
	"net/http"
	"os"
	"strings"
	"sync"

	"flagstream.bench/compare/event"
)

type stream chan string

// hub is the streams of one environment; safe from any goroutine.
type hub struct {
	mutex   sync.RWMutex
	streams map[stream]struct{}
}

func (h *hub) open(writer http.ResponseWriter, request *http.Request) {
	events := make(stream, 1)
	h.mutex.Lock()
	h.streams[events] = struct{}{}
	h.mutex.Unlock()
	defer func() {
		h.mutex.Lock()
		delete(h.streams, events)
		h.mutex.Unlock()
	}()
	writer.Header().Set("Content-Type", "text/event-stream")
	writer.Header().Set("Cache-Control", "no-cache")
	writer.WriteHeader(http.StatusOK)
	flusher := writer.(http.Flusher)
	flusher.Flush()
	for {
		select {
		case text := <-events:
			if _, err := writer.Write([]byte(text)); err != nil {
				return
			}
			flusher.Flush()
		case <-request.Context().Done():
			return
		}
	}
}

// publish drops what a slow stream has not taken: only the newest event counts.
func (h *hub) publish(writer http.ResponseWriter, request *http.Request) {
	data, err := event.Data(request.Body)
	if err != nil {
		http.Error(writer, err.Error(), http.StatusBadRequest)
		return
	}
	text := event.Text(data)
	h.mutex.RLock()
	defer h.mutex.RUnlock()
	for events := range h.streams {
		select {
		case <-events:
		default:
		}
		select {
		case events <- text:
		default:
		}
	}
}

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: hub PORT")
	}
	h := &hub{streams: map[stream]struct{}{}}
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Args[1], http.HandlerFunc(
		func(writer http.ResponseWriter, request *http.Request) {
			if strings.HasSuffix(request.URL.Path, "/queue-change") {
				h.publish(writer, request)
			} else {
				h.open(writer, request)
			}
		})))
}
