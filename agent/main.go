// voip-agent is the identity of a host in Vault, and keeps fresh what is made with it: certificates and credentials.
//
//	voip-agent status                  what is there, how old, and what went wrong, as one JSON object
//	voip-agent render [db|certs|kv|all]
//	                                   fetches anew, and waits until it is in place and its service has read it; JSON
//	voip-agent login                   logs in with the wrapped secret-id on standard input (its wrapping token; on a
//	                                   second line the role-id, if it is new), and waits until all is in place; JSON
//	voip-agent restart                 reads its configuration, logs in anew, and waits likewise
//	voip-agent run                     what the host starts; the other commands ask it
//	voip-agent valkey FILE             another service: local clients' commands to Valkey, over one connection by TLS
//
// VOIP_AGENT_CONFIG names its configuration where that is not /etc/voip-agent/agent.json.
package main

import (
	"fmt"
	"io"
	"os"
	"syscall"
)

const usage = "usage: voip-agent status | render [db|certs|kv|all] | login | restart"

func main() {
	syscall.Umask(0o077)
	words := os.Args[1:]
	if len(words) == 0 {
		words = []string{""}
	}
	if words[0] == "valkey" && len(words) == 2 {
		exitOn(forwardValkey(words[1]))
	}
	config, err := readConfig(configFile())
	switch words[0] {
	case "run":
		exitOn(err)
		exitOn(run(config))
	case "status":
		if err != nil {
			config = &Config{StateDir: defaultStateDir, RunDir: defaultRunDir}
		}
		answer(status(config))
	case "render", "restart", "login":
		exitOn(err)
		request := Request{Command: words[0]}
		if len(words) > 1 {
			request.Kind = words[1]
		}
		if words[0] == "login" {
			input, err := io.ReadAll(io.LimitReader(os.Stdin, 4096))
			exitOn(err)
			request.Input = string(input)
		}
		answer(ask(config, request))
	default:
		fmt.Fprintln(os.Stderr, usage)
		os.Exit(2)
	}
}

func exitOn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// answer prints what a command has to say, and ends with its status.
func answer(said Answer, err error) {
	exitOn(err)
	if said.Out != "" {
		fmt.Println(said.Out)
	}
	if said.Err != "" {
		fmt.Fprintln(os.Stderr, said.Err)
	}
	os.Exit(said.Status)
}
