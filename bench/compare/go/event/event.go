// SPDX-License-Identifier: Apache-2.0

// Package event makes the event that Flagstream sends for a change, so that all servers send the same bytes.
package event

import (
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// Timestamps of the real-time API count whole 1/64 s.
const ticksPerSecond = 64

// Data is the data of the event for the body of a queue-change.
func Data(body io.Reader) (string, error) {
	var change struct {
		UpdatedAt time.Time `json:"updated_at"`
	}
	if err := json.NewDecoder(io.LimitReader(body, 4096)).Decode(&change); err != nil {
		return "", err
	}
	ticks := change.UpdatedAt.UnixMicro() * ticksPerSecond / 1_000_000
	return fmt.Sprintf(`{"updated_at": %.6f}`, float64(ticks)/ticksPerSecond), nil
}

// Text is the whole event.
func Text(data string) string {
	return "event: environment_updated\ndata: " + data + "\nretry: 15000\n\n"
}
