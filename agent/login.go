package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"time"
)

// Names of failures that are no secret's.
const (
	loginFailure   = "login"
	tokenFailure   = "token"
	refusedSeconds = 900 // until a login that was refused is tried again: refused logins lock the whole role out
)

// identity is what the next login is done with.
func (config *Config) identity() (roleID, secretID string) {
	return get(config.state("role-id")), get(config.state("secret-id"))
}

// logIn logs in with the secret-id that is there, or with the spare, and gets the two for the next time: a secret-id is good
// for one login. The token of before ends when all is made with the new one.
func (agent *Agent) logIn() {
	roleID, secretID := agent.config.identity()
	if roleID == "" || secretID == "" {
		agent.set("unauthenticated", "it has no identity yet")
		agent.loginAt = never
		return
	}
	vault, err := openVault(agent.config)
	var reply *Reply
	if err == nil {
		body := map[string]string{"role_id": roleID, "secret_id": secretID}
		reply, err = vault.request("POST", "auth/approle/login", "", body)
	}
	switch {
	case err == nil && reply.Auth == nil:
		err = &VaultError{Text: "auth/approle/login: the answer holds no token"}
		fallthrough
	case err != nil && !refused(err):
		agent.miss(loginFailure, err.Error())
		agent.set("unreachable", err.Error())
		agent.loginAt = time.Now().Add(agent.backoff(loginFailure))
		return
	case err != nil:
		agent.loginRefused(err)
		return
	}
	agent.vault = vault
	agent.takeToken(reply.Auth.ClientToken, reply.Auth.LeaseDuration)
	agent.forgive(loginFailure)
	agent.forgive(tokenFailure)
	agent.set("ok", "")
	say("logged in")
	agent.spareAt = time.Now()
	agent.fetchSecretIDs()
	for _, secret := range agent.config.Secrets {
		agent.want(secret, secret.Kind == credential)
	}
}

// loginRefused: if a login was cut off before the next secret-id was written down, the spare is good; else only a new
// identity helps.
func (agent *Agent) loginRefused(err error) {
	spare, kept := agent.config.state("secret-id.spare"), agent.config.state("secret-id")
	if get(spare) != "" && os.Rename(spare, kept) == nil {
		say("the secret-id was refused: the spare takes its place")
		agent.loginAt = time.Now()
		return
	}
	agent.miss(loginFailure, err.Error())
	agent.set("unauthenticated", err.Error())
	agent.loginAt = time.Now().Add(refusedSeconds * time.Second)
}

// takeToken keeps a token where the next start of the agent finds it, to end it.
func (agent *Agent) takeToken(token string, seconds int64) {
	if agent.token != "" {
		agent.previous = append(agent.previous, agent.token)
	}
	agent.token = token
	agent.loginAt = never
	agent.tokenSeconds = seconds
	agent.renewAt = time.Now().Add(time.Duration(seconds) * time.Second * 2 / 3)
	if err := put(agent.config.run("token"), token+"\n"); err != nil {
		say("the token can't be written down: " + err.Error())
	}
}

// fetchSecretIDs gets the secret-id for the next login, and a spare.
func (agent *Agent) fetchSecretIDs() {
	if agent.token == "" || time.Now().Before(agent.spareAt) {
		return
	}
	for _, each := range []struct{ file, purpose string }{{"secret-id", "login"}, {"secret-id.spare", "spare"}} {
		metadata, _ := json.Marshal(map[string]string{"vm": agent.config.VM, "purpose": each.purpose})
		own := agent.config.Address + "/32"
		body := map[string]interface{}{"metadata": string(metadata), "cidr_list": own, "token_bound_cidrs": own}
		reply, err := agent.vault.request("POST", "auth/approle/role/"+agent.config.Role+"/secret-id", agent.token, body)
		if err == nil && reply.text("secret_id") == "" {
			err = fmt.Errorf("the answer holds no secret-id")
		}
		if err == nil {
			err = put(agent.config.state(each.file), reply.text("secret_id")+"\n")
		}
		if err != nil {
			agent.missed(each.file, err)
			agent.spareAt = time.Now().Add(agent.backoff(each.file))
			return
		}
		agent.forgive(each.file)
	}
	agent.spareAt = never
}

// renewToken asks for more life; near its end a token gets none, and a login gets another.
func (agent *Agent) renewToken() {
	if agent.token == "" || time.Now().Before(agent.renewAt) {
		return
	}
	reply, err := agent.vault.request("POST", "auth/token/renew-self", agent.token, nil)
	switch {
	case refused(err) || err == nil && (reply.Auth == nil || reply.Auth.LeaseDuration < agent.tokenSeconds/2):
		agent.loginAt = time.Now()
		agent.renewAt = never
	case err != nil:
		agent.missed(tokenFailure, err)
		agent.renewAt = time.Now().Add(agent.backoff(tokenFailure))
	default:
		agent.forgive(tokenFailure)
		agent.reached()
		agent.renewAt = time.Now().Add(time.Duration(reply.Auth.LeaseDuration) * time.Second * 2 / 3)
	}
}

// revokePrevious ends the tokens of before, and with them the leases they held, once all is made with the new one.
func (agent *Agent) revokePrevious() {
	if len(agent.previous) == 0 || agent.state().State != "ok" {
		return
	}
	for _, secret := range agent.config.Secrets {
		if record := agent.record(secret.Name); agent.wants(secret.Name) || record == nil || !record.Taken {
			return
		}
	}
	var left []string
	for _, token := range agent.previous {
		if _, err := agent.vault.request("POST", "auth/token/revoke-self", token, nil); err != nil && !refused(err) {
			left = append(left, token)
		}
	}
	agent.previous = left
}

var (
	wrappingToken = regexp.MustCompile(`^[[:alnum:]._-]+$`)
	roleIDText    = regexp.MustCompile(`^[[:alnum:]-]*$`)
)

// handedOver takes a secret-id that only this host can unwrap, and only once, so that nobody has used it who saw it on its
// way. It returns the secret-id's accessor.
func (agent *Agent) handedOver(input string) (string, error) {
	token, rest, _ := strings.Cut(strings.TrimSpace(input), "\n")
	token, roleID := strings.TrimSpace(token), strings.TrimSpace(rest)
	if !wrappingToken.MatchString(token) || !roleIDText.MatchString(roleID) {
		return "", fmt.Errorf("what standard input holds is no wrapping token")
	}
	vault, err := openVault(agent.config)
	if err != nil {
		return "", err
	}
	// refuse is seen in `status` until a login succeeds
	refuse := func(text string) (string, error) {
		agent.miss(loginFailure, text)
		return "", fmt.Errorf("%s", text)
	}
	wrapped, err := vault.request("GET", "sys/wrapping/lookup", token, nil)
	switch role := agent.config.Role; {
	case err != nil && !refused(err):
		return "", err
	case err != nil:
		return refuse(fmt.Sprintf("the wrapped secret-id can't be unwrapped (HTTP %d): it was handed over just now, so "+
			"somebody else has unwrapped it before, or it took more than 5 minutes; whoever did can log in as %s from this address",
			vaultStatus(err), role))
	case wrapped.text("creation_path") != "auth/approle/role/"+role+"/secret-id":
		return refuse(fmt.Sprintf("what was handed over is wrapped by %s, not by the AppRole %s: it may be somebody's forgery",
			wrapped.text("creation_path"), role))
	}
	reply, err := vault.request("POST", "sys/wrapping/unwrap", token, nil)
	if err != nil && refused(err) {
		return refuse(fmt.Sprintf("the wrapped secret-id was unwrapped by somebody else in between (HTTP %d)", vaultStatus(err)))
	}
	if err != nil {
		return "", err
	}
	if reply.text("secret_id") == "" {
		return "", fmt.Errorf("what was unwrapped holds no secret-id")
	}
	if roleID != "" {
		if err := put(agent.config.state("role-id"), roleID+"\n"); err != nil {
			return "", err
		}
	}
	// the spare belongs to the identity of before
	if err := os.Remove(agent.config.state("secret-id.spare")); err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", err
	}
	return reply.text("secret_id_accessor"), put(agent.config.state("secret-id"), reply.text("secret_id")+"\n")
}
