package redshift

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"time"
)

// SSLMode says how the connection is protected, in the words of PostgreSQL. There
// is no prefer and no allow: both fall back to plain text in silence.
type SSLMode string

const (
	// VerifyFull wants a certificate of a trusted authority for this host.
	VerifyFull SSLMode = "verify-full"
	// VerifyCA wants a certificate of a trusted authority, for whatever host:
	// for a cluster reached by a name of one's own.
	VerifyCA SSLMode = "verify-ca"
	// Require wants TLS and believes any certificate; with a CA file it is
	// VerifyCA, as in libpq.
	Require SSLMode = "require"
	// Disable sends everything in plain text.
	Disable SSLMode = "disable"
)

// complete checks the options and fills in what has a default.
func (o Options) complete() (Options, error) {
	needed := []struct{ name, value string }{{"database", o.Database}, {"user", o.User}}
	if o.Remote == nil {
		needed = append(needed, struct{ name, value string }{"host", o.Host}, struct{ name, value string }{"login", o.Login})
	}
	for _, field := range needed {
		if field.value == "" {
			return o, fmt.Errorf("connect to the database: no %s given", field.name)
		}
	}
	for _, field := range []struct{ name, value string }{
		{"host", o.Host}, {"database", o.Database}, {"login", o.Login}, {"login", o.LoginName}, {"user", o.User},
	} {
		// The protocol ends strings with it.
		if strings.ContainsRune(field.value, 0) {
			return o, fmt.Errorf("connect to the database: the %s holds a NUL character", field.name)
		}
	}
	if strings.ContainsAny(o.Host, "/@ ") || strings.Contains(o.Host, ":") && net.ParseIP(o.Host) == nil {
		return o, fmt.Errorf("connect to the database: host %q is to be a name or an address, without scheme and port", o.Host)
	}
	if o.Remote == nil && (o.Port < 1 || o.Port > 65535) {
		return o, fmt.Errorf("connect to the database: %d is not a port", o.Port)
	}
	if o.LoginName == "" {
		o.LoginName = o.Login
	}
	if len(o.Markers) > maxMarkers {
		return o, fmt.Errorf("ask for columns: %d names given, at most %d can be", len(o.Markers), maxMarkers)
	}
	if o.SSLMode == "" {
		o.SSLMode = VerifyFull
	}
	if !slices.Contains([]SSLMode{VerifyFull, VerifyCA, Require, Disable}, o.SSLMode) {
		return o, fmt.Errorf("connect to the database: sslmode %q is none of verify-full, verify-ca, require and disable", string(o.SSLMode))
	}
	if o.CAFile != "" && o.SSLMode == Disable {
		return o, errors.New("connect to the database: a CA file is of no use with sslmode disable")
	}
	if o.SSLMode == Require && o.CAFile != "" {
		o.SSLMode = VerifyCA
	}
	if o.LoginTimeout == 0 {
		o.LoginTimeout = 10 * time.Second
	}
	if o.AnswerTimeout == 0 {
		o.AnswerTimeout = 35 * time.Second
	}
	if o.Progress == nil {
		o.Progress = func(string) {}
	}
	return o, nil
}

// tls returns the configuration of TLS, nil for none.
func (o Options) tls() (*tls.Config, error) {
	if o.SSLMode == Disable {
		return nil, nil
	}
	config := &tls.Config{ServerName: o.Host}
	if o.CAFile != "" {
		pem, err := os.ReadFile(o.CAFile)
		if err != nil {
			return nil, fmt.Errorf("read the CA file: %w", err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("read the CA file: %s holds no certificate in PEM", o.CAFile)
		}
	}
	switch o.SSLMode {
	case VerifyCA:
		// crypto/tls cannot leave out the name only.
		config.InsecureSkipVerify = true
		config.VerifyConnection = func(state tls.ConnectionState) error { return verifyChain(state, config.RootCAs) }
	case Require:
		config.InsecureSkipVerify = true
	}
	return config, nil
}

// verifyChain checks who signed the server's certificate, not for whom.
func verifyChain(state tls.ConnectionState, roots *x509.CertPool) error {
	chain := x509.VerifyOptions{Roots: roots, Intermediates: x509.NewCertPool()}
	for _, certificate := range state.PeerCertificates[1:] {
		chain.Intermediates.AddCert(certificate)
	}
	_, err := state.PeerCertificates[0].Verify(chain)
	return err
}

// security tells the version of TLS that a connection uses, empty for none, and
// whether the server's certificate was checked.
func (o Options) security(conn net.Conn) (version string, verified bool) {
	secured, ok := conn.(*tls.Conn)
	if !ok {
		return "", false
	}
	return tls.VersionName(secured.ConnectionState().Version), o.SSLMode == VerifyFull || o.SSLMode == VerifyCA
}
