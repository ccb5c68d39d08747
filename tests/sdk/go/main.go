// SPDX-License-Identifier: Apache-2.0

// Drives the SDK for Go. See ../README.md.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"
	"time"

	flagsmith "github.com/Flagsmith/flagsmith-go-client/v5"
)

const module = "github.com/Flagsmith/flagsmith-go-client/v5"

type command struct {
	ID             int            `json:"id"`
	Do             string         `json:"do"`
	Client         string         `json:"client"`
	Mode           string         `json:"mode"`
	Key            string         `json:"key"`
	API            string         `json:"api"`
	Stream         string         `json:"stream"`
	Analytics      bool           `json:"analytics"`
	RefreshSeconds int            `json:"refresh_seconds"`
	RequestSeconds int            `json:"request_seconds"`
	Identity       *string        `json:"identity"`
	Traits         map[string]any `json:"traits"`
	Transient      bool           `json:"transient"`
}

type client struct {
	sdk  *flagsmith.Client
	stop context.CancelFunc
}

func main() {
	say(map[string]any{"started": map[string]string{"go": version()}})
	clients := map[string]client{}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var asked command
		answer, err := map[string]any{}, json.Unmarshal(lines.Bytes(), &asked)
		if err == nil {
			err = asked.carryOut(clients, answer)
		}
		if err != nil {
			answer["error"] = err.Error()
		}
		answer["id"] = asked.ID
		say(answer)
	}
}

func say(message any) {
	text, err := json.Marshal(message)
	if err != nil {
		panic(err)
	}
	fmt.Println(string(text))
}

func version() string {
	information, _ := debug.ReadBuildInfo()
	for _, dependency := range information.Deps {
		if dependency.Path == module {
			return dependency.Version
		}
	}
	return "unknown"
}

func (c command) carryOut(clients map[string]client, answer map[string]any) error {
	switch c.Do {
	case "open":
		opened := c.open()
		clients[c.Client] = opened
		return c.waitForFlags(opened.sdk)
	case "flags":
		flags, err := c.flags(clients[c.Client].sdk)
		if err == nil {
			answer["flags"], err = told(flags)
		}
		return err
	case "close":
		clients[c.Client].stop()
		delete(clients, c.Client)
		return nil
	}
	return fmt.Errorf("no command %s", c.Do)
}

func (c command) open() client {
	ctx, stop := context.WithCancel(context.Background())
	patience := time.Duration(c.RequestSeconds) * time.Second
	options := []flagsmith.Option{flagsmith.WithBaseURL(c.API), flagsmith.WithRequestTimeout(patience)}
	if c.Analytics {
		options = append(options, flagsmith.WithAnalytics(ctx))
	}
	if c.Mode != "remote" {
		interval := time.Duration(c.RefreshSeconds) * time.Second
		options = append(options, flagsmith.WithLocalEvaluation(ctx), flagsmith.WithEnvironmentRefreshInterval(interval))
	}
	if c.Mode == "stream" {
		options = append(options, flagsmith.WithRealtime(), flagsmith.WithRealtimeBaseURL(c.Stream))
	}
	return client{flagsmith.NewClient(c.Key, options...), stop}
}

// The SDK fetches its first document in the background and has no call that waits for it.
func (c command) waitForFlags(sdk *flagsmith.Client) error {
	if c.Mode == "remote" {
		return nil
	}
	var err error
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if _, err = sdk.GetEnvironmentFlags(context.Background()); err == nil {
			return nil
		}
	}
	return err
}

func (c command) flags(sdk *flagsmith.Client) (flagsmith.Flags, error) {
	if c.Identity == nil {
		return sdk.GetEnvironmentFlags(context.Background())
	}
	traits := map[string]*flagsmith.TraitEvaluationContext{}
	for key, value := range c.Traits {
		traits[key] = &flagsmith.TraitEvaluationContext{Value: value}
	}
	who := flagsmith.IdentityEvaluationContext{Identifier: c.Identity, Traits: traits, Transient: &c.Transient}
	return sdk.GetFlags(context.Background(), &flagsmith.EvaluationContext{Identity: &who})
}

// Through the call that is counted.
func told(flags flagsmith.Flags) (map[string][]any, error) {
	told := map[string][]any{}
	for _, flag := range flags.AllFlags() {
		counted, err := flags.GetFlag(flag.FeatureName)
		if err != nil {
			return nil, err
		}
		told[counted.FeatureName] = []any{counted.Enabled, counted.Value}
	}
	return told, nil
}
