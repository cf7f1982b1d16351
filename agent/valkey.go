package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// ValkeyConfig is what the stack writes; the password is in a file of its own, which the agent keeps fresh.
type ValkeyConfig struct {
	// Socket is where local clients connect, without a password.
	Socket string `json:"socket"`
	// Address of the server, such as 192.168.64.1:6379; its certificate names the host.
	Address string `json:"address"`
	CAFile  string `json:"caFile"`
	// User is the server's (ACL).
	User         string `json:"user"`
	PasswordFile string `json:"passwordFile"`
}

const (
	// valkeyAnswer is what a local client may wait for; it has calls to see to.
	valkeyAnswer = 200 * time.Millisecond
	// valkeyLogin is for a handshake on an emulated CPU that is busy.
	valkeyLogin = 10 * time.Second
	// valkeyRetry is between two attempts to reach the server.
	valkeyRetry = time.Second
	// valkeyPing is between two looks at a connection.
	valkeyPing = 5 * time.Second
	// longestMessage is a command or an answer, in bytes.
	longestMessage = 64 << 10
)

// Commands that would change the connection, which all clients share.
var ofConnection = map[string]bool{
	"AUTH": true, "HELLO": true, "RESET": true, "QUIT": true, "CLIENT": true, "MULTI": true, "EXEC": true, "WATCH": true,
	"SUBSCRIBE": true, "PSUBSCRIBE": true, "SSUBSCRIBE": true, "MONITOR": true,
}

// Valkey is the one connection to the server; it is made anew when it ends, and nobody waits for that.
type Valkey struct {
	config ValkeyConfig
	sync.Mutex
	connection net.Conn
	answers    *bufio.Reader
	lost       chan struct{}
}

// forwardValkey serves local clients (https://valkey.io/topics/protocol/, RESP2) until it is ended.
func forwardValkey(file string) error {
	valkey := &Valkey{lost: make(chan struct{}, 1)}
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, &valkey.config); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	_ = os.Remove(valkey.config.Socket)
	listener, err := net.Listen("unix", valkey.config.Socket)
	if err != nil {
		return err
	}
	if err := os.Chmod(valkey.config.Socket, 0o666); err != nil {
		return err
	}
	go valkey.stayConnected()
	for {
		client, err := listener.Accept()
		if err != nil {
			return err
		}
		go valkey.serve(client)
	}
}

func (valkey *Valkey) stayConnected() {
	said := ""
	for {
		connection, err := valkey.logIn()
		if err != nil {
			if text := err.Error(); text != said {
				said = text
				say("Valkey at " + valkey.config.Address + ": " + said)
			}
			time.Sleep(valkeyRetry)
			continue
		}
		said = ""
		say("logged in to Valkey at " + valkey.config.Address)
		valkey.Lock()
		valkey.connection, valkey.answers = connection, bufio.NewReader(connection)
		valkey.Unlock()
		for up := true; up; {
			select {
			case <-valkey.lost:
				up = false
			case <-time.After(valkeyPing):
				valkey.exchange(command("PING")) // a server that went away is found before somebody needs it
			}
		}
	}
}

// logIn reads password and CA each time: they change.
func (valkey *Valkey) logIn() (net.Conn, error) {
	config := valkey.config
	ca, err := os.ReadFile(config.CAFile)
	if err != nil {
		return nil, err
	}
	trusted := x509.NewCertPool()
	trusted.AppendCertsFromPEM(ca)
	dialer := &net.Dialer{Timeout: valkeyLogin, KeepAlive: 15 * time.Second}
	connection, err := tls.DialWithDialer(dialer, "tcp", config.Address, &tls.Config{RootCAs: trusted, MinVersion: tls.VersionTLS12})
	if err != nil {
		return nil, err
	}
	_ = connection.SetDeadline(time.Now().Add(valkeyLogin))
	_, err = connection.Write(command("AUTH", config.User, get(config.PasswordFile)))
	var answer []byte
	if err == nil {
		answer, err = message(bufio.NewReader(connection))
	}
	if err == nil && string(answer) != "+OK\r\n" {
		err = errors.New(strings.TrimSpace(string(answer)))
	}
	if err != nil {
		connection.Close()
		return nil, err
	}
	return connection, nil
}

// exchange sends a command and returns the answer of the server, or an error as one.
func (valkey *Valkey) exchange(request []byte) []byte {
	valkey.Lock()
	defer valkey.Unlock()
	if valkey.connection == nil {
		return []byte("-ERR Valkey is not reached\r\n")
	}
	_ = valkey.connection.SetDeadline(time.Now().Add(valkeyAnswer))
	_, err := valkey.connection.Write(request)
	var answer []byte
	if err == nil {
		answer, err = message(valkey.answers)
	}
	if err != nil {
		// what may still come would be taken for the answer to something else
		valkey.connection.Close()
		valkey.connection = nil
		valkey.lost <- struct{}{}
		say("Valkey at " + valkey.config.Address + ": " + err.Error())
		return []byte("-ERR Valkey did not answer\r\n")
	}
	return answer
}

func (valkey *Valkey) serve(client net.Conn) {
	defer client.Close()
	requests := bufio.NewReader(client)
	for {
		request, err := message(requests)
		if err != nil {
			return
		}
		if _, err := client.Write(valkey.answer(request)); err != nil {
			return
		}
	}
}

func (valkey *Valkey) answer(request []byte) []byte {
	words := bytes.SplitN(request, []byte("\r\n"), 4)
	if len(words) < 4 || request[0] != '*' {
		return []byte("-ERR a command is an array of texts\r\n")
	}
	switch name := strings.ToUpper(string(words[2])); {
	case name == "PING": // clients ask whether somebody is here, each at its start
		return []byte("+PONG\r\n")
	case name == "SELECT": // there is one database
		return []byte("+OK\r\n")
	case ofConnection[name]:
		return []byte("-ERR " + name + " is not for a connection that is shared\r\n")
	}
	return valkey.exchange(request)
}

func command(words ...string) []byte {
	var text bytes.Buffer
	fmt.Fprintf(&text, "*%d\r\n", len(words))
	for _, word := range words {
		fmt.Fprintf(&text, "$%d\r\n%s\r\n", len(word), word)
	}
	return text.Bytes()
}

// message reads one command or answer as it is.
func message(reader *bufio.Reader) ([]byte, error) {
	var whole bytes.Buffer
	// values that are still to come
	for left := 1; left > 0; left-- {
		line, err := reader.ReadSlice('\n')
		if err != nil {
			return nil, err
		}
		whole.Write(line)
		if len(line) < 3 {
			return nil, errors.New("an empty line is no message")
		}
		kind, number := line[0], string(bytes.TrimSpace(line[1:]))
		if kind != '$' && kind != '*' {
			if kind != '+' && kind != '-' && kind != ':' {
				return nil, fmt.Errorf("no message begins with %q", kind)
			}
			continue
		}
		count, err := strconv.Atoi(number)
		if err != nil || count > longestMessage || whole.Len() > longestMessage {
			return nil, fmt.Errorf("a message of more than %d bytes, or of no length", longestMessage)
		}
		if kind == '*' && count > 0 {
			left += count
		}
		if kind == '$' && count >= 0 {
			if _, err := io.CopyN(&whole, reader, int64(count)+2); err != nil {
				return nil, err
			}
		}
	}
	return whole.Bytes(), nil
}
