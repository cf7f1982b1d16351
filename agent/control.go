package main

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"time"
)

// Request is what a command asks of the agent that runs; one JSON object over its socket.
type Request struct {
	Command string `json:"command"`
	Kind    string `json:"kind,omitempty"`
	Input   string `json:"input,omitempty"`
}

// Answer is what the command prints, and its exit status.
type Answer struct {
	Out    string `json:"out"`
	Err    string `json:"err"`
	Status int    `json:"status"`
}

func failed(text string) Answer { return Answer{Err: text, Status: 1} }

const (
	// startSeconds are for an agent that is being started, on a host that boots.
	startSeconds = 60
	// answerSeconds are more than any request takes.
	answerSeconds = 330
)

func exchange(connection net.Conn, request Request) (Answer, error) {
	defer connection.Close()
	_ = connection.SetDeadline(time.Now().Add(answerSeconds * time.Second))
	if err := json.NewEncoder(connection).Encode(request); err != nil {
		return Answer{}, err
	}
	var answer Answer
	if err := json.NewDecoder(connection).Decode(&answer); err != nil {
		return Answer{}, fmt.Errorf("voip-agent.service ended before it answered (%w): see journalctl --unit voip-agent", err)
	}
	return answer, nil
}

// ask waits for an agent that does not run yet, or not any more.
func ask(config *Config, request Request) (Answer, error) {
	deadline := time.Now().Add(startSeconds * time.Second)
	for started := false; ; started = true {
		connection, err := net.Dial("unix", config.run("socket"))
		if err == nil {
			return exchange(connection, request)
		}
		if !started {
			// where there is no systemd, something else starts it
			_ = exec.Command("systemctl", "start", "voip-agent.service").Run()
		}
		if time.Now().After(deadline) {
			return Answer{}, fmt.Errorf("voip-agent.service does not start: see journalctl --unit voip-agent")
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// status is told by the agent, or where none runs by what it has written down.
func status(config *Config) (Answer, error) {
	connection, err := net.Dial("unix", config.run("socket"))
	if err != nil {
		stopped := AgentState{State: "stopped", Since: time.Now().Unix(), Detail: "voip-agent.service does not run"}
		return Answer{Out: report(config, readState(config), stopped)}, nil
	}
	return exchange(connection, Request{Command: "status"})
}

// listen takes the socket over from an agent that is no more.
func listen(config *Config) (net.Listener, error) {
	socket := config.run("socket")
	if connection, err := net.Dial("unix", socket); err == nil {
		connection.Close()
		return nil, fmt.Errorf("another voip-agent runs already: it answers at %s", socket)
	}
	_ = os.Remove(socket)
	return net.Listen("unix", socket)
}

// serve answers one connection.
func serve(connection net.Conn, answer func(Request) Answer) {
	defer connection.Close()
	_ = connection.SetReadDeadline(time.Now().Add(10 * time.Second))
	var request Request
	if json.NewDecoder(connection).Decode(&request) != nil {
		return
	}
	_ = json.NewEncoder(connection).Encode(answer(request))
}
