package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

// requestTimeout is as long as an emulated CPU that boots may take for a handshake.
const requestTimeout = 20 * time.Second

// Vault is the HTTP API of OpenBao or Vault (https://openbao.org/api-docs/).
type Vault struct {
	address string
	client  *http.Client
}

// Reply is what the agent reads of an answer.
type Reply struct {
	LeaseID       string                 `json:"lease_id"`
	LeaseDuration int64                  `json:"lease_duration"`
	Data          map[string]interface{} `json:"data"`
	Auth          *struct {
		ClientToken   string `json:"client_token"`
		LeaseDuration int64  `json:"lease_duration"`
	} `json:"auth"`
}

// VaultError says why there is no answer; Status is that of HTTP, 0 when Vault is not reached.
type VaultError struct {
	Status int
	Text   string
}

func (e *VaultError) Error() string { return e.Text }

// vaultStatus is the HTTP status of a VaultError, -1 of any other.
func vaultStatus(err error) int {
	var failed *VaultError
	if errors.As(err, &failed) {
		return failed.Status
	}
	return -1
}

// refused tells whether Vault understood, and does not do it.
func refused(err error) bool {
	status := vaultStatus(err)
	return status >= 400 && status < 500 && status != http.StatusTooManyRequests
}

// unreachable tells whether nobody answered who could.
func unreachable(err error) bool {
	switch vaultStatus(err) {
	case 0, http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

func openVault(config *Config) (*Vault, error) {
	pem, err := os.ReadFile(config.CAFile)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s holds no certificate", config.CAFile)
	}
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12},
		IdleConnTimeout: 30 * time.Second,
	}
	return &Vault{config.Vault, &http.Client{Transport: transport, Timeout: requestTimeout}}, nil
}

// request does one request. Neither tokens nor what is sent are part of an error.
func (vault *Vault) request(method, path, token string, body interface{}) (*Reply, error) {
	content, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequest(method, vault.address+"/v1/"+path, bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	request.Header.Set("X-Vault-Request", "true")
	if token != "" {
		request.Header.Set("X-Vault-Token", token)
	}
	response, err := vault.client.Do(request)
	if err != nil {
		return nil, &VaultError{0, fmt.Sprintf("%s can't be reached: %s", vault.address, oneLine(err.Error()))}
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, 4<<20))
	if err != nil {
		return nil, &VaultError{0, fmt.Sprintf("%s %s: the answer ended early: %s", method, path, err)}
	}
	if response.StatusCode >= 300 {
		return nil, &VaultError{response.StatusCode, fmt.Sprintf("%s %s: HTTP %d: %s", method, path, response.StatusCode, reasons(text))}
	}
	var reply Reply
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&reply); err != nil && len(text) > 0 {
		return nil, fmt.Errorf("%s %s: the answer is no JSON: %w", method, path, err)
	}
	return &reply, nil
}

// reasons are the messages in the answer that an error has.
func reasons(text []byte) string {
	var said struct {
		Errors []string `json:"errors"`
	}
	if json.Unmarshal(text, &said) != nil || len(said.Errors) == 0 {
		return "no reason given"
	}
	return oneLine(strings.Join(said.Errors, "; "))
}

// text is a member of the answer's data, empty where it is none or no text.
func (reply *Reply) text(name string) string {
	value, _ := reply.Data[name].(string)
	return value
}

// number is a member of the answer's data, 0 where it is none or no number.
func (reply *Reply) number(name string) int64 {
	value, _ := reply.Data[name].(json.Number)
	number, _ := value.Int64()
	return number
}

// oneLine has no control characters.
func oneLine(text string) string {
	clean := strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.TrimRight(text, "\r\n"))
	return strings.TrimSpace(clean)
}
