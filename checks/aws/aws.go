// Package aws observes Amazon Redshift clusters and the network around them over
// the AWS API.
//
// What it cannot observe becomes a facts.Unknown that names the missing
// permission, never an error and never a guess. It knows nothing of any loader,
// and it can send nothing but the calls of Calls. All clusters of a region share
// what is asked about their VPCs, so that a fleet costs little more than one.
package aws

import (
	"context"
	"slices"
	"sync"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"

	"github.com/rscheck/rscheck/checks/facts"
)

// Options say what to observe and as whom.
type Options struct {
	// Regions to look in; empty for the one of the AWS configuration.
	Regions []string
	// Clusters are the identifiers to look for; empty for every cluster.
	Clusters []string
	// Profile of the AWS configuration; empty for AWS_PROFILE or the default.
	Profile string
	// RoleARN is a role to assume first, with the ExternalID it asks for.
	RoleARN    string
	ExternalID string
	// Facts are the paths of the facts to observe, all of them where empty.
	// What is left out is Unknown, NotRequested. A cluster's own facts come
	// with finding it.
	Facts []string
	// CallTimeout is how long one call may take with its retries; 0 for 15 s.
	CallTimeout time.Duration
	// CredentialsTimeout is how long finding credentials may take; 0 for 2 s.
	CredentialsTimeout time.Duration
	// HTTPClient sends the requests; nil for the SDK's own, with its proxy and
	// AWS_CA_BUNDLE settings.
	HTTPClient sdk.HTTPClient
	// Progress is told how many of the calls known so far are done in a
	// region. It is not called twice at once.
	Progress func(region string, done, known int)

	// backoff bounds the wait before a retry; 0 for 5 s. Tests shorten it.
	backoff time.Duration
}

// Account is an AWS account as seen with one set of credentials.
type Account struct {
	options Options
	config  sdk.Config
	meter   *meter

	// The caller's identity is asked for once, and only where it is needed.
	identityMu sync.Mutex
	identity   map[string]answer[string]

	progressMu sync.Mutex
}

// Stats returns what has been spent so far.
func (a *Account) Stats() Stats { return a.meter.snapshot() }

// Observe finds the clusters and emits each with its facts, one at a time. What
// several targets share is shared in memory too and must not be changed. It
// returns what kept clusters from being found: "regions.REGION" for a region
// whose list is not complete, "targets.NAME" for a cluster asked for by name
// that was found in no region. The error is emit's, or that ctx was cancelled; a
// deadline only leaves facts unknown.
func (a *Account) Observe(ctx context.Context, emit func(facts.Target) error) ([]facts.Unknown, error) {
	found := map[string]bool{}
	results := make([]sighting, 0, len(a.options.Regions))
	for _, name := range a.options.Regions {
		s, err := a.region(name).observe(ctx, func(t facts.Target) error {
			if err := context.Cause(ctx); err == context.Canceled {
				return err
			}
			found[t.Name] = true
			return emit(t)
		})
		if err != nil {
			return nil, err
		}
		if ctx.Err() == context.Canceled {
			return nil, ctx.Err()
		}
		results = append(results, s)
	}
	return a.unfound(results, found), nil
}

// sighting is what the search in a region met with.
type sighting struct {
	region string
	// lack is why the list of all clusters is not complete.
	lack *lack
	// names has each cluster asked for that the region did not yield: nil
	// where AWS says that there is none.
	names map[string]*lack
}

// unfound says what is not known of regions and of clusters asked for. A region
// that failed is of no interest by itself when clusters are asked for by name,
// unless it may hold another one of a name that was found elsewhere.
func (a *Account) unfound(results []sighting, found map[string]bool) []facts.Unknown {
	var unknown []facts.Unknown
	for _, s := range results {
		l := s.lack
		for _, name := range a.options.Clusters {
			if l == nil && found[name] {
				l = s.names[name]
			}
		}
		if l != nil {
			unknown = append(unknown, l.unknown("regions."+s.region))
		}
	}
	for _, name := range a.options.Clusters {
		if found[name] {
			continue
		}
		l := &lack{facts.Failed, "no cluster " + name + " in " + joined(a.options.Regions)}
		if i := slices.IndexFunc(results, func(s sighting) bool { return s.names[name] != nil }); i >= 0 {
			l = results[i].names[name]
		}
		unknown = append(unknown, l.unknown("targets."+name))
	}
	return unknown
}

func joined(words []string) string {
	switch n := len(words); n {
	case 0:
		return ""
	case 1:
		return words[0]
	default:
		text := words[0]
		for _, w := range words[1 : n-1] {
			text += ", " + w
		}
		return text + " or " + words[n-1]
	}
}
