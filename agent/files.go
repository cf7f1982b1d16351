package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"text/template"
	"time"
)

// reloadTimeout is for a service that takes a change of its secret.
const reloadTimeout = 50 * time.Second

// put writes a file of the agent's own, mode 0600: others, and a host that was cut off, see the old content or the new one.
func put(file, content string) error {
	beside, err := os.OpenFile(file+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = beside.WriteString(content)
	if err == nil {
		err = beside.Sync()
	}
	if closing := beside.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return err
	}
	return os.Rename(beside.Name(), file)
}

// get is the first line of a file, empty when there is none.
func get(file string) string {
	content, _ := os.ReadFile(file)
	line, _, _ := strings.Cut(string(content), "\n")
	return strings.TrimSpace(line)
}

// template is what the file is made by; `secret PATH` in it reads another secret.
func (file File) template() (*template.Template, error) {
	unset := func(string) (*Reply, error) { return nil, errors.New("no secret can be read here") }
	functions := template.FuncMap{"trimSpace": strings.TrimSpace, "secret": unset}
	return template.New(file.Path).Option("missingkey=error").Funcs(functions).Parse(file.Contents)
}

// content is the file made of a secret; it ends in a newline.
func (file File) content(dot interface{}, read func(path string) (*Reply, error)) (string, error) {
	parsed, err := file.template()
	if err != nil {
		return "", err
	}
	var made bytes.Buffer
	if err := parsed.Funcs(template.FuncMap{"secret": read}).Execute(&made, dot); err != nil {
		return "", err
	}
	return strings.TrimSuffix(made.String(), "\n") + "\n", nil
}

// placed is a file and what it is to hold.
type placed struct {
	file    File
	content string
}

// differing are the files that do not hold yet what they are to hold.
func differing(files []File, contents []string) []placed {
	var changed []placed
	for n, file := range files {
		if now, err := os.ReadFile(file.Path); err != nil || string(now) != contents[n] {
			changed = append(changed, placed{file, contents[n]})
		}
	}
	return changed
}

// place puts files in place, all at once.
func place(changed []placed) error {
	for _, each := range changed {
		if err := writeBeside(each.file, each.content); err != nil {
			return err
		}
	}
	for _, each := range changed {
		if err := os.Rename(each.file.Path+".new", each.file.Path); err != nil {
			return err
		}
	}
	return nil
}

// writeBeside writes FILE.new, which nobody else could read before it had its mode and owner.
func writeBeside(file File, content string) error {
	mode, err := strconv.ParseUint(file.Mode, 8, 12)
	if err != nil {
		return fmt.Errorf("%s: its mode is %q", file.Path, file.Mode)
	}
	uid, gid, err := ids(file.Owner)
	if err != nil {
		return fmt.Errorf("%s: %w", file.Path, err)
	}
	beside := file.Path + ".new"
	if err := makeDir(filepath.Dir(file.Path)); err != nil {
		return err
	}
	if err := os.Remove(beside); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := os.WriteFile(beside, []byte(content), 0o600); err != nil {
		return err
	}
	if err := os.Chown(beside, uid, gid); err != nil {
		return err
	}
	return os.Chmod(beside, os.FileMode(mode))
}

// makeDir makes a directory that all may enter, whatever the umask.
func makeDir(dir string) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	defer syscall.Umask(syscall.Umask(0o022))
	return os.MkdirAll(dir, 0o755)
}

// ids of an owner, such as root:postgres or 101:102.
func ids(owner string) (uid, gid int, err error) {
	name, group, found := strings.Cut(owner, ":")
	if !found {
		return 0, 0, fmt.Errorf("its owner is %q, not USER:GROUP", owner)
	}
	if uid, err = strconv.Atoi(name); err != nil {
		known, err := user.Lookup(name)
		if err != nil {
			return 0, 0, err
		}
		uid, _ = strconv.Atoi(known.Uid)
	}
	if gid, err = strconv.Atoi(group); err != nil {
		known, err := user.LookupGroup(group)
		if err != nil {
			return 0, 0, err
		}
		gid, _ = strconv.Atoi(known.Gid)
	}
	return uid, gid, nil
}

// reload has a service read its new files.
func reload(command string) error {
	limit, cancel := context.WithTimeout(context.Background(), reloadTimeout)
	defer cancel()
	shell := exec.CommandContext(limit, "/bin/sh", "-c", "umask 022\n"+command)
	// its children hold the output open; they end with it
	shell.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var said bytes.Buffer
	shell.Stdout, shell.Stderr = &said, &said
	if err := shell.Start(); err != nil {
		return err
	}
	stop := context.AfterFunc(limit, func() { _ = syscall.Kill(-shell.Process.Pid, syscall.SIGKILL) })
	defer stop()
	err := shell.Wait()
	switch text := oneLine(said.String()); {
	case err == nil:
		return nil
	case limit.Err() != nil:
		return fmt.Errorf("it did not end within %s: %s", reloadTimeout, text)
	case text == "":
		return err
	default:
		return errors.New(text)
	}
}
