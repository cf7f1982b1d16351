package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

const (
	defaultConfigFile = "/etc/voip-agent/agent.json"
	defaultStateDir   = "/var/lib/voip-agent"
	defaultRunDir     = "/run/voip-agent"
)

// Config is what the stack writes; nothing in it is secret.
type Config struct {
	// VM is the host's name: metadata of its secret-ids, and a label of its metrics.
	VM string `json:"vm"`
	// Role is its AppRole.
	Role string `json:"role"`
	// Address of the host as Vault sees it; secret-ids and tokens are good from there only.
	Address string `json:"address"`
	// Vault is a URL.
	Vault string `json:"vault"`
	// CAFile holds the certificates (PEM) that Vault's own is checked against.
	CAFile string `json:"caFile"`
	// StateDir is kept: role-id, secret-id, secret-id.spare, state.json.
	StateDir string `json:"stateDir"`
	// RunDir is there until the next boot: token, socket, metrics/.
	RunDir  string   `json:"runDir"`
	Secrets []Secret `json:"secrets"`
}

// Kinds of secrets.
const (
	credential  = "credential"
	certificate = "certificate"
	static      = "static"
)

// Secret is one secret, and the files made of it, which change together.
type Secret struct {
	Name string `json:"name"`
	Kind string `json:"kind"`
	// Path in Vault: read for a credential or a static secret, written to for a certificate.
	Path string `json:"secret"`
	// Parameters of a certificate's request, such as common_name=sip.local.
	Parameters []string `json:"parameters"`
	Files      []File   `json:"files"`
	// Reload is a shell command, run after a change of the files; where it fails, it is tried again until it works.
	Reload string `json:"reload"`
}

// File is made of a secret.
type File struct {
	Path string `json:"path"`
	// Mode is octal.
	Mode string `json:"mode"`
	// Owner is as chown(1) takes it, names or numbers.
	Owner string `json:"owner"`
	// Contents is a template (text/template) with the secret as the dot.
	Contents string `json:"contents"`
}

// key tells a request from another of the same name: what was made for that is no answer to this.
func (secret Secret) key() string {
	sum := sha256.Sum256([]byte(secret.Path + "\n" + strings.Join(secret.Parameters, "\n")))
	return hex.EncodeToString(sum[:6])
}

func configFile() string {
	if file := os.Getenv("VOIP_AGENT_CONFIG"); file != "" {
		return file
	}
	return defaultConfigFile
}

func readConfig(file string) (*Config, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("there is no configuration yet: %w", err)
	}
	config := Config{StateDir: defaultStateDir, RunDir: defaultRunDir, CAFile: filepath.Join(filepath.Dir(file), "ca.pem")}
	if err := json.Unmarshal(text, &config); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	for _, secret := range config.Secrets {
		if err := secret.check(); err != nil {
			return nil, fmt.Errorf("%s: secret %s: %w", file, secret.Name, err)
		}
	}
	return &config, nil
}

func (secret Secret) check() error {
	switch secret.Kind {
	case credential, certificate, static:
	default:
		return fmt.Errorf("its kind is %q, not credential, certificate or static", secret.Kind)
	}
	for _, file := range secret.Files {
		if _, err := file.template(); err != nil {
			return err
		}
	}
	return nil
}

func (config *Config) state(name string) string { return filepath.Join(config.StateDir, name) }
func (config *Config) run(name string) string   { return filepath.Join(config.RunDir, name) }

func (config *Config) secret(name string) (Secret, bool) {
	for _, secret := range config.Secrets {
		if secret.Name == name {
			return secret, true
		}
	}
	return Secret{}, false
}
