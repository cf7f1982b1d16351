package main

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"
)

// made is one secret as Vault gave it, before its files are.
type made struct {
	record Record
	dot    interface{}
	// next is when it is to be looked at again.
	next time.Time
}

const (
	// rereadAfter is how long what has no lease, and the CA beside a certificate, is taken for granted.
	rereadAfter = time.Hour
	// passwordAfter is how long the password of a static role is: others may have Vault change it, and whoever did may be
	// gone before he asked for it here.
	passwordAfter = 20 * time.Second
)

// fetch gets a secret from Vault; a certificate that is there already is taken again while it is good.
func fetch(vault *Vault, token string, secret Secret, earlier *Record, anew bool) (*made, error) {
	switch {
	case secret.Kind == certificate && !anew && earlier.isGood(secret):
		return &made{*earlier, *earlier.Bundle, sooner(renewal(*earlier), time.Now().Add(rereadAfter))}, nil
	case secret.Kind == certificate:
		reply, err := vault.request("POST", secret.Path, token, parameters(secret.Parameters))
		if err != nil {
			return nil, err
		}
		return newCertificate(secret, reply)
	}
	reply, err := vault.request("GET", secret.Path, token, nil)
	if err != nil {
		return nil, err
	}
	if reply.Data == nil {
		return nil, fmt.Errorf("GET %s: the answer holds no data", secret.Path)
	}
	if secret.Kind == static {
		return newStatic(secret, reply, earlier), nil
	}
	return newCredential(secret, reply)
}

func parameters(words []string) map[string]string {
	body := map[string]string{}
	for _, word := range words {
		name, value, _ := strings.Cut(word, "=")
		body[name] = value
	}
	return body
}

func newStatic(secret Secret, reply *Reply, earlier *Record) *made {
	record := Record{Key: secret.key(), Issued: time.Now().Unix(), Version: "-"}
	if metadata, versioned := reply.Data["metadata"].(map[string]interface{}); versioned {
		record.Version = fmt.Sprint(metadata["version"])
	}
	if earlier != nil && earlier.Key == record.Key && earlier.Issued > 0 {
		record.Issued = earlier.Issued // until its files change
	}
	return &made{record, reply, time.Now().Add(rereadAfter)}
}

// newCredential is of a dynamic role, whose user ends with the lease, or of a static one, whose password is changed by Vault.
func newCredential(secret Secret, reply *Reply) (*made, error) {
	now := time.Now()
	if reply.LeaseID != "" {
		record := Record{Key: secret.key(), Issued: now.Unix(), TTL: reply.LeaseDuration, Version: reply.LeaseID}
		return &made{record, reply, renewal(record)}, nil
	}
	rotated, err := time.Parse(time.RFC3339Nano, reply.text("last_vault_rotation"))
	if err != nil {
		return nil, fmt.Errorf("%s: neither a lease nor a time of rotation is in the answer", secret.Path)
	}
	record := Record{
		Key:     secret.key(),
		Issued:  rotated.Unix(),
		TTL:     reply.number("rotation_period"),
		Version: fmt.Sprint(rotated.UnixMilli()),
	}
	// the password changes at Vault's time; while the database is away it is overdue
	wait := time.Duration(reply.number("ttl"))*time.Second + time.Second
	if wait < 2*time.Second {
		wait = 2 * time.Second
	}
	return &made{record, reply, sooner(now.Add(wait), now.Add(passwordAfter))}, nil
}

func newCertificate(secret Secret, reply *Reply) (*made, error) {
	bundle := Bundle{pemText(reply.text("certificate")), pemText(reply.text("issuing_ca")), pemText(reply.text("private_key"))}
	block, _ := pem.Decode([]byte(bundle.Cert))
	if block == nil {
		return nil, errors.New("the answer holds no certificate")
	}
	issued, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, err
	}
	record := Record{
		Key:     secret.key(),
		Issued:  issued.NotBefore.Unix(),
		Expires: issued.NotAfter.Unix(),
		TTL:     issued.NotAfter.Unix() - issued.NotBefore.Unix(),
		Version: serial(issued.SerialNumber),
		Bundle:  &bundle,
	}
	return &made{record, bundle, sooner(renewal(record), time.Now().Add(rereadAfter))}, nil
}

// serial is written as openssl does: pairs of upper-case hexadecimal digits.
func serial(number *big.Int) string {
	text := fmt.Sprintf("%X", number)
	if len(text)%2 == 1 {
		text = "0" + text
	}
	return text
}

func pemText(text string) string { return strings.TrimSpace(text) + "\n" }

// renewal is when two thirds of a life are over.
func renewal(record Record) time.Time {
	return time.Unix(record.Issued+record.TTL*2/3, 0)
}

// isGood tells whether a certificate was made for this request, and is not due yet.
func (record *Record) isGood(secret Secret) bool {
	return record != nil && record.Bundle != nil && record.Key == secret.key() && time.Now().Before(renewal(*record))
}

func sooner(one, other time.Time) time.Time {
	if one.Before(other) {
		return one
	}
	return other
}

// contents are the files of a secret.
func contents(vault *Vault, token string, secret Secret, dot interface{}) ([]string, error) {
	read := func(path string) (*Reply, error) { return vault.request("GET", path, token, nil) }
	list := make([]string, len(secret.Files))
	for n, file := range secret.Files {
		content, err := file.content(dot, read)
		if err != nil {
			// what a template says of an error holds no value of a secret, but it wraps Vault's own words
			var vaultError *VaultError
			if errors.As(err, &vaultError) {
				return nil, vaultError
			}
			return nil, fmt.Errorf("%s can't be made: %s", file.Path, oneLine(err.Error()))
		}
		list[n] = content
	}
	return list, nil
}
