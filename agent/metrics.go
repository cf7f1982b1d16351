package main

import (
	"fmt"
	"math"
	"os"
	"strings"
	"time"
)

// writeMetrics writes what is in place, how old it is, and what was tried, for the textfile collector of Prometheus' node
// exporter.
func writeMetrics(config *Config, state State, agent AgentState) error {
	now := time.Now().Unix()
	var ages, days, good, bad strings.Builder
	for _, secret := range config.Secrets {
		record := state.Records[secret.Name]
		if record == nil {
			record = &Record{}
		}
		labels := fmt.Sprintf("%q,vm=%q}", secret.Name, config.VM)
		if record.Expires > 0 {
			// no more than there are
			left := math.Floor(float64(record.Expires-now)/86400*1e5) / 1e5
			fmt.Fprintf(&days, "vault_cert_expiry_days{cert=%s %.5f\n", labels, left)
		} else if record.Issued > 0 {
			fmt.Fprintf(&ages, "vault_secret_age_seconds{secret=%s %d\n", labels, now-record.Issued)
		}
		fmt.Fprintf(&good, "vault_rotation_success_total{secret=%s %d\n", labels, record.Successes)
		fmt.Fprintf(&bad, "vault_rotation_failure_total{secret=%s %d\n", labels, record.Misses)
	}
	up := 0
	if agent.State == "ok" {
		up = 1
	}
	text := help("vault_secret_age_seconds", "gauge", "Seconds since the secret became what it is.") + ages.String() +
		help("vault_cert_expiry_days", "gauge", "Days until the certificate expires.") + days.String() +
		help("vault_rotation_success_total", "counter", "New secrets that were put in place and read by their service.") + good.String() +
		help("vault_rotation_failure_total", "counter", "Attempts to get a new secret, or to put it in place, that failed.") + bad.String() +
		help("vault_agent_up", "gauge", "Whether the agent is logged in to Vault, as far as it knows.") +
		fmt.Sprintf("vault_agent_up{vm=%q} %d\n", config.VM, up)
	file := config.run("metrics/voip-agent.prom")
	if err := put(file, text); err != nil {
		return err
	}
	return os.Chmod(file, 0o644)
}

func help(name, kind, text string) string {
	return fmt.Sprintf("# HELP %s %s\n# TYPE %s %s\n", name, text, name, kind)
}
