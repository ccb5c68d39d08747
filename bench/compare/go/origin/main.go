// SPDX-License-Identifier: Apache-2.0

// Origin is what stands behind servers that hold streams for others.
//
// Behind Pushpin it tells it by GRIP headers to hold each stream, and publishes changes at its control port. Behind
// nchan it turns the body of a queue-change into the message, which nchan then publishes.
//
// usage: origin PORT [PUSHPIN_CONTROL_PORT]
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strings"

	"flagstream.bench/compare/event"
)

const channel = "environment"

func hold(writer http.ResponseWriter) {
	writer.Header().Set("Content-Type", "text/event-stream")
	writer.Header().Set("Cache-Control", "no-cache")
	writer.Header().Set("Grip-Hold", "stream")
	writer.Header().Set("Grip-Channel", channel)
}

func publish(control string, data string) error {
	body, err := json.Marshal(map[string]any{"items": []any{map[string]any{
		"channel": channel,
		"formats": map[string]any{"http-stream": map[string]string{"content": event.Text(data)}},
	}}})
	if err != nil {
		return err
	}
	answer, err := http.Post(control, "application/json", bytes.NewReader(body))
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(answer.Body)
		return fmt.Errorf("%s: %s", answer.Status, text)
	}
	return nil
}

func main() {
	if len(os.Args) < 2 {
		log.Fatal("usage: origin PORT [PUSHPIN_CONTROL_PORT]")
	}
	control := ""
	if len(os.Args) > 2 {
		control = "http://127.0.0.1:" + os.Args[2] + "/publish/"
	}
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Args[1], http.HandlerFunc(
		func(writer http.ResponseWriter, request *http.Request) {
			if !strings.HasSuffix(request.URL.Path, "/queue-change") {
				hold(writer)
				return
			}
			data, err := event.Data(request.Body)
			if err == nil && control != "" {
				err = publish(control, data)
			}
			if err != nil {
				http.Error(writer, err.Error(), http.StatusBadGateway)
				return
			}
			io.WriteString(writer, data)
		})))
}
