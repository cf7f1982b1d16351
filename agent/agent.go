package main

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"
)

// never is later than anything that is waited for.
var never = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

const (
	// metricsEvery is the time between two updates of the metrics without news.
	metricsEvery = time.Minute
	// shortestBackoff and longestBackoff are between two attempts at what Vault does not answer.
	shortestBackoff = time.Second
	longestBackoff  = 15 * time.Second
	// soonestReload and latestReload are between two attempts at a reload that failed. A service that is busy may still be at the last
	// one when its command was ended: more of them, soon, would keep it busy.
	soonestReload = 15 * time.Second
	latestReload  = time.Minute
)

// Agent does one thing after the other; only what it is known by is shared with those who ask for its status.
type Agent struct {
	config *Config
	vault  *Vault

	known struct {
		sync.Mutex
		state State
		agent AgentState
	}

	token        string
	tokenSeconds int64
	// previous are tokens that were in use before, and are to end.
	previous []string
	// wanted are the secrets that are to be made: true anew, false if need be.
	wanted map[string]bool
	// dueAt is when a secret is to be looked at.
	dueAt map[string]time.Time
	// attempts in a row that failed, by name.
	attempts  map[string]int
	loginAt   time.Time
	renewAt   time.Time
	spareAt   time.Time
	metricsAt time.Time

	jobs chan job
}

type job struct {
	request Request
	answer  chan Answer
}

// say is for the journal; no secret is part of it.
func say(text string) { fmt.Println(oneLine(text)) }

// run is the agent, until it is told to end.
func run(config *Config) error {
	if err := os.MkdirAll(config.StateDir, 0o700); err != nil {
		return err
	}
	// the exporter gets at the metrics
	if err := makeDir(config.run("metrics")); err != nil {
		return err
	}
	listener, err := listen(config)
	if err != nil {
		return err
	}
	agent := &Agent{config: config, jobs: make(chan job)}
	agent.known.state = readState(config)
	agent.known.state.prune(config)
	if token := get(config.run("token")); token != "" {
		agent.token = token
	}
	agent.start()
	go agent.accept(listener)
	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGTERM, syscall.SIGINT)
	go func() {
		<-end
		os.Exit(0)
	}()
	agent.work()
	return nil
}

func (agent *Agent) accept(listener net.Listener) {
	for {
		connection, err := listener.Accept()
		if err != nil {
			say("its socket: " + err.Error())
			os.Exit(1)
		}
		go serve(connection, func(request Request) Answer {
			if request.Command == "status" {
				agent.known.Lock()
				defer agent.known.Unlock()
				return Answer{Out: report(agent.config, agent.known.state, agent.known.agent)}
			}
			answer := make(chan Answer, 1)
			agent.jobs <- job{request, answer}
			return <-answer
		})
	}
}

// start forgets what it waits for, and logs in next.
func (agent *Agent) start() {
	agent.wanted, agent.dueAt, agent.attempts = map[string]bool{}, map[string]time.Time{}, map[string]int{}
	agent.loginAt, agent.renewAt, agent.spareAt = time.Now(), never, never
	agent.set("starting", "")
}

// work does what is due, and what it is asked for, without an end.
func (agent *Agent) work() {
	for {
		next := agent.step()
		select {
		case job := <-agent.jobs:
			job.answer <- agent.handle(job.request)
		case <-time.After(time.Until(next)):
		}
	}
}

// step does what is due now. It returns when there is more to do.
func (agent *Agent) step() time.Time {
	if !time.Now().Before(agent.loginAt) {
		agent.logIn()
	}
	if agent.token != "" && agent.vault != nil {
		agent.renewToken()
		agent.fetchSecretIDs()
		for _, secret := range agent.config.Secrets {
			if due, known := agent.dueAt[secret.Name]; known && !time.Now().Before(due) {
				agent.make(secret)
			}
		}
		agent.revokePrevious()
	}
	if !time.Now().Before(agent.metricsAt) {
		agent.writeMetrics()
	}
	next := sooner(sooner(agent.loginAt, agent.renewAt), sooner(agent.spareAt, agent.metricsAt))
	if agent.vault != nil {
		for _, due := range agent.dueAt {
			next = sooner(next, due)
		}
	}
	return next
}

// want has a secret made at once; anew even where what is there is still good.
func (agent *Agent) want(secret Secret, anew bool) {
	agent.wanted[secret.Name] = agent.wanted[secret.Name] || anew
	agent.dueAt[secret.Name] = time.Now()
}

func (agent *Agent) wants(name string) bool {
	_, wanted := agent.wanted[name]
	return wanted
}

// make makes one secret: fetches it, puts its files in place, and has its service read them.
func (agent *Agent) make(secret Secret) {
	earlier := agent.record(secret.Name)
	fetched, err := fetch(agent.vault, agent.token, secret, earlier, agent.wanted[secret.Name])
	var list []string
	if err == nil {
		list, err = contents(agent.vault, agent.token, secret, fetched.dot)
	}
	if err != nil {
		agent.notFetched(secret, err)
		return
	}
	agent.reached()
	changed := differing(secret.Files, list)
	if len(changed) > 0 && earlier != nil {
		// whoever is killed from here on tells the service at its next start
		untaken := *earlier
		untaken.Taken = false
		agent.keep(secret.Name, untaken)
	}
	if err := place(changed); err != nil {
		agent.miss(secret.Name, "its files can't be written: "+err.Error())
		agent.dueAt[secret.Name] = time.Now().Add(agent.backoff(secret.Name))
		return
	}
	if len(changed) > 0 && secret.Kind == static {
		fetched.record.Issued = time.Now().Unix()
	}
	agent.inPlace(secret, fetched, earlier, len(changed) > 0)
}

// inPlace has the service read its files, where they changed or where it did not take them before.
func (agent *Agent) inPlace(secret Secret, fetched *made, earlier *Record, changed bool) {
	record := fetched.record
	record.Taken = true
	if earlier != nil {
		record.Successes, record.Misses = earlier.Successes, earlier.Misses
	}
	if changed || earlier == nil || !earlier.Taken {
		if err := reload(secret.Reload); err != nil {
			record.Taken = false
			agent.keep(secret.Name, record)
			agent.miss(secret.Name, "its service did not take it: "+err.Error())
			agent.dueAt[secret.Name] = time.Now().Add(agent.reloadBackoff(secret.Name))
			delete(agent.wanted, secret.Name)
			return
		}
		record.Successes++
		say(secret.Name + ": in place, and read by its service")
	}
	agent.keep(secret.Name, record)
	agent.forgive(secret.Name)
	agent.dueAt[secret.Name] = fetched.next
	delete(agent.wanted, secret.Name)
}

// notFetched: Vault may be away, may refuse it, or may not know the token any more.
func (agent *Agent) notFetched(secret Secret, err error) {
	if vaultStatus(err) == 403 {
		if _, lookup := agent.vault.request("GET", "auth/token/lookup-self", agent.token, nil); vaultStatus(lookup) == 403 {
			say("Vault does not know the token any more")
			agent.token = ""
			agent.loginAt = time.Now()
			agent.dueAt[secret.Name] = time.Now()
			return
		}
	}
	agent.missed(secret.Name, err)
	if _, wanted := agent.wanted[secret.Name]; !wanted {
		agent.wanted[secret.Name] = false
	}
	agent.dueAt[secret.Name] = time.Now().Add(agent.backoff(secret.Name))
}

// missed is a failure of a request.
func (agent *Agent) missed(name string, err error) {
	agent.miss(name, err.Error())
	if unreachable(err) {
		agent.set("unreachable", err.Error())
	}
}

// miss notes an attempt that failed.
func (agent *Agent) miss(name, text string) {
	say(name + ": " + text)
	agent.attempts[name]++
	agent.change(func(state *State) {
		if record := state.Records[name]; record != nil {
			record.Misses++
		}
		state.Failures[name] = Failure{time.Now().Unix(), text}
	})
}

// forgive forgets a failure: it works again.
func (agent *Agent) forgive(name string) {
	delete(agent.attempts, name)
	agent.known.Lock()
	_, failed := agent.known.state.Failures[name]
	agent.known.Unlock()
	if failed {
		agent.change(func(state *State) { delete(state.Failures, name) })
	}
}

// reached: Vault answers again.
func (agent *Agent) reached() {
	if agent.state().State == "unreachable" {
		agent.set("ok", "")
	}
}

// backoff is the time to the next attempt at what failed.
func (agent *Agent) backoff(name string) time.Duration {
	return doubled(shortestBackoff, longestBackoff, agent.attempts[name])
}

// reloadBackoff is the time to the next attempt at a reload that failed.
func (agent *Agent) reloadBackoff(name string) time.Duration {
	return doubled(soonestReload, latestReload, agent.attempts[name])
}

// doubled is twice as long with each attempt in a row.
func doubled(shortest, longest time.Duration, attempts int) time.Duration {
	wait := shortest
	for n := 1; n < attempts && wait < longest; n++ {
		wait *= 2
	}
	return min(wait, longest)
}

func (agent *Agent) state() AgentState {
	agent.known.Lock()
	defer agent.known.Unlock()
	return agent.known.agent
}

func (agent *Agent) set(state, detail string) {
	agent.known.Lock()
	defer agent.known.Unlock()
	now := &agent.known.agent
	if now.State != state {
		now.Since = time.Now().Unix()
	}
	now.State, now.Detail = state, detail
	agent.metricsAt = time.Now()
}

// record is what is in place of a secret, nil where nothing is.
func (agent *Agent) record(name string) *Record {
	agent.known.Lock()
	defer agent.known.Unlock()
	record := agent.known.state.Records[name]
	if record == nil || record.Key == "" {
		return nil
	}
	copied := *record
	return &copied
}

// keep writes down what is in place, where that is news.
func (agent *Agent) keep(name string, record Record) {
	if known := agent.record(name); known != nil && *known == record {
		return
	}
	agent.change(func(state *State) { state.Records[name] = &record })
}

// change changes what is known, and writes it down.
func (agent *Agent) change(how func(*State)) {
	agent.known.Lock()
	defer agent.known.Unlock()
	how(&agent.known.state)
	agent.metricsAt = time.Now()
	if err := agent.known.state.write(agent.config); err != nil {
		say("what is in place can't be written down: " + err.Error())
	}
}

func (agent *Agent) writeMetrics() {
	agent.metricsAt = time.Now().Add(metricsEvery)
	agent.known.Lock()
	defer agent.known.Unlock()
	if err := writeMetrics(agent.config, agent.known.state, agent.known.agent); err != nil {
		say("the metrics can't be written: " + err.Error())
	}
}

// handle does what a command asks for.
func (agent *Agent) handle(request Request) Answer {
	switch request.Command {
	case "render":
		return agent.render(request.Kind)
	case "restart":
		return agent.restart(`{"agent":"ok"}`)
	case "login":
		accessor, err := agent.handedOver(request.Input)
		if err != nil {
			return failed(err.Error())
		}
		said, _ := json.Marshal(map[string]string{"agent": "ok", "accessor": accessor})
		return agent.restart(string(said))
	}
	return failed("there is no command " + request.Command)
}

// restartSeconds are for an agent that logs in and makes everything, on a host that boots.
const restartSeconds = 240

// restart reads the configuration, which another `up` may have written, logs in, and waits until all is in place.
func (agent *Agent) restart(done string) Answer {
	config, err := readConfig(configFile())
	if err != nil {
		return failed(err.Error())
	}
	agent.known.Lock()
	agent.config = config
	agent.known.state.prune(config)
	agent.known.Unlock()
	agent.start()
	var names []string
	for _, secret := range config.Secrets {
		agent.wanted[secret.Name] = false
		names = append(names, secret.Name)
	}
	if missing := agent.settle(names, restartSeconds); missing != nil {
		return failed(agent.explain(missing))
	}
	syscall.Sync() // a host that is cut off now is to find its identity again
	return Answer{Out: done}
}

const renderSeconds = 120

type renderedReport struct {
	Name     string `json:"name"`
	Kind     string `json:"kind"`
	From     string `json:"from"`
	To       string `json:"to"`
	Reloaded bool   `json:"reloaded"`
	Seconds  int64  `json:"seconds"`
}

// render fetches anew at once, whatever is still good.
func (agent *Agent) render(which string) Answer {
	all := []string{credential, certificate, static}
	kinds := map[string][]string{"": all, "all": all, "db": {credential}, "certs": {certificate}, "kv": {static}}
	wanted, known := kinds[which]
	if !known {
		return failed("render takes db, certs, kv or all, not " + which)
	}
	start := time.Now()
	var names []string
	from := map[string]string{}
	for _, secret := range agent.config.Secrets {
		for _, kind := range wanted {
			if secret.Kind != kind {
				continue
			}
			names = append(names, secret.Name)
			if record := agent.record(secret.Name); record != nil {
				from[secret.Name] = record.Version
			}
			agent.want(secret, true)
		}
	}
	missing := agent.settle(names, renderSeconds)
	list, bad := []renderedReport{}, []string{}
	for _, name := range names {
		record := agent.record(name)
		if record == nil || agent.wants(name) {
			continue
		}
		secret, _ := agent.config.secret(name)
		list = append(list, renderedReport{name, secret.Kind, from[name], record.Version, record.Taken, int64(time.Since(start).Seconds())})
		if !record.Taken {
			bad = append(bad, name)
		}
	}
	out, _ := json.Marshal(map[string]interface{}{"rendered": list})
	answer := Answer{Out: string(out)}
	var problems []string
	if len(bad) > 0 {
		problems = append(problems, "in place, but not taken by its service: "+strings.Join(bad, " "))
	}
	if missing != nil || len(bad) > 0 {
		problems = append(problems, agent.explain(missing))
		answer.Status = 1
	}
	answer.Err = strings.Join(problems, "\n")
	return answer
}

// settle works until all of the secrets are made, or can't be. It returns nil, or those that are not.
func (agent *Agent) settle(names []string, seconds int) []string {
	deadline := time.Now().Add(time.Duration(seconds) * time.Second)
	for {
		next := agent.step()
		missing := []string{}
		for _, name := range names {
			if agent.wants(name) {
				missing = append(missing, name)
			}
		}
		switch state := agent.state().State; {
		case len(missing) == 0 && state == "ok":
			return nil
		case state == "unauthenticated" || time.Now().After(deadline):
			return missing
		}
		time.Sleep(time.Until(sooner(next, deadline)))
	}
}

// explain tells why the agent has not made what is missing.
func (agent *Agent) explain(missing []string) string {
	agent.known.Lock()
	defer agent.known.Unlock()
	text := "the agent is " + agent.known.agent.State
	if detail := agent.known.agent.Detail; detail != "" {
		text += " (" + detail + ")"
	}
	if len(missing) > 0 {
		text += "; not in place: " + strings.Join(missing, " ")
	}
	for _, name := range sortedNames(agent.known.state.Failures) {
		text += "\n" + name + ": " + agent.known.state.Failures[name].Text
	}
	return text
}
