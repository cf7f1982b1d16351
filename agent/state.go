package main

import (
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"time"
)

// State is what the agent knows over a boot. It holds the keys of certificates: it is root's alone.
type State struct {
	Records map[string]*Record `json:"records"`
	// Failures by the name of a secret, or "login": what went wrong and was not made good since.
	Failures map[string]Failure `json:"failures"`
}

// Record is what is in place of a secret.
type Record struct {
	Key string `json:"key"`
	// Issued and Expires are seconds since 1970; Expires is 0 of what is no certificate.
	Issued  int64 `json:"issued"`
	Expires int64 `json:"expires"`
	// TTL is its whole life in seconds, 0 where it has no end.
	TTL int64 `json:"ttl"`
	// Version tells it from others: a serial number, a lease, or when it was rotated.
	Version string `json:"version"`
	// Taken tells whether its service has read it.
	Taken  bool    `json:"taken"`
	Bundle *Bundle `json:"bundle,omitempty"`
	// Successes and Misses are counted for the metrics.
	Successes int64 `json:"successes"`
	Misses    int64 `json:"misses"`
}

// Bundle is a certificate as its templates see it (PEM).
type Bundle struct {
	Cert string
	CA   string
	Key  string
}

// Failure is what went wrong last.
type Failure struct {
	Since int64  `json:"since"`
	Text  string `json:"text"`
}

func readState(config *Config) State {
	state := State{}
	if text, err := os.ReadFile(config.state("state.json")); err == nil {
		// one that can't be read is made anew
		_ = json.Unmarshal(text, &state)
	}
	if state.Records == nil {
		state.Records = map[string]*Record{}
	}
	if state.Failures == nil {
		state.Failures = map[string]Failure{}
	}
	return state
}

// prune forgets what is no part of the configuration any more.
func (state *State) prune(config *Config) {
	for name := range state.Records {
		if _, known := config.secret(name); !known {
			delete(state.Records, name)
		}
	}
	for name := range state.Failures {
		if _, known := config.secret(name); !known && name != loginFailure {
			delete(state.Failures, name)
		}
	}
}

func (state *State) write(config *Config) error {
	text, err := json.Marshal(state)
	if err != nil {
		return err
	}
	return put(config.state("state.json"), string(text))
}

// AgentState is how the agent does: ok, starting, unauthenticated, unreachable or stopped.
type AgentState struct {
	State  string
	Since  int64
	Detail string
}

type secretReport struct {
	Name       string `json:"name"`
	AgeSeconds int64  `json:"ageSeconds"`
	TTLSeconds int64  `json:"ttlSeconds"`
	Version    string `json:"version"`
}

type certificateReport struct {
	Name       string `json:"name"`
	ExpiresAt  string `json:"expiresAt"`
	TTLSeconds int64  `json:"ttlSeconds"`
	Serial     string `json:"serial"`
}

type problemReport struct {
	Name   string `json:"name"`
	Since  string `json:"since"`
	Detail string `json:"detail"`
}

type agentReport struct {
	State  string `json:"state"`
	Since  string `json:"since"`
	Detail string `json:"detail"`
}

// lateSeconds is what a rotation may take to get here.
const lateSeconds = 30

func iso(seconds int64) string { return time.Unix(seconds, 0).UTC().Format(time.RFC3339) }

// report is what `status` prints. ageSeconds counts from when a secret became what it is; ttlSeconds is its whole life, 0
// where it has no end.
func report(config *Config, state State, agent AgentState) string {
	now := time.Now().Unix()
	secrets, certificates, problems := []secretReport{}, []certificateReport{}, []problemReport{}
	problem := func(name string, since int64, text string) {
		problems = append(problems, problemReport{name, iso(since), text})
	}
	for _, secret := range config.Secrets {
		record := state.Records[secret.Name]
		switch {
		case record == nil || record.Issued == 0:
			problem(secret.Name, agent.Since, "it was never made")
		case secret.Kind == certificate:
			certificates = append(certificates, certificateReport{secret.Name, iso(record.Expires), record.TTL, record.Version})
			if record.Expires <= now {
				problem(secret.Name, record.Expires, "the certificate has expired")
			}
		default:
			secrets = append(secrets, secretReport{secret.Name, now - record.Issued, record.TTL, record.Version})
			if record.TTL > 0 && now > record.Issued+record.TTL+lateSeconds {
				problem(secret.Name, record.Issued+record.TTL, "it should have been replaced by now")
			}
		}
	}
	for _, name := range sortedNames(state.Failures) {
		problem(name, state.Failures[name].Since, state.Failures[name].Text)
	}
	text, err := json.Marshal(struct {
		Agent        agentReport         `json:"agent"`
		Secrets      []secretReport      `json:"secrets"`
		Certificates []certificateReport `json:"certificates"`
		Failures     []problemReport     `json:"failures"`
	}{agentReport{agent.State, iso(agent.Since), agent.Detail}, secrets, certificates, problems})
	if err != nil {
		return fmt.Sprint(err)
	}
	return string(text)
}

func sortedNames(failures map[string]Failure) []string {
	names := make([]string, 0, len(failures))
	for name := range failures {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}
