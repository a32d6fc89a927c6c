// Package aws observes Amazon Redshift clusters and serverless workgroups and the
// network around them over the AWS API.
//
// What it cannot observe becomes a facts.Unknown that names the missing
// permission, never an error and never a guess. It knows nothing of any loader,
// and it can send nothing but the calls of Calls. All clusters of a region share
// what is asked about their VPCs, so that a fleet costs little more than one.
package aws

import (
	"slices"
	"sync"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
)

// Options say what to observe and as whom.
type Options struct {
	// Regions to look in; empty for the one of the AWS configuration, AllRegions
	// for every one that is enabled.
	Regions []string
	// Clusters and Workgroups are the names to look for; both empty for every
	// cluster and workgroup.
	Clusters   []string
	Workgroups []string
	// Profile of the AWS configuration; empty for AWS_PROFILE or the default.
	Profile string
	// FirstRole is the ARN of a role to assume first, before anything else is asked;
	// empty for none. Without it no account can be entered.
	FirstRole string
	// Roles are the ARNs of roles of which each leads into an account to look
	// into. Accounts are the ids of further ones, each by its role with the
	// name RoleName, but for the account of the credentials, which needs none.
	// Both empty for the account of the credentials. One that cannot be entered
	// is Unknown.
	Roles    []string
	Accounts []string
	RoleName string
	// ExternalID is what the roles ask for.
	ExternalID string
	// Logging has audit logging asked for, which takes one call a cluster.
	Logging bool
	// Bastion is the id of an instance that connections to the targets go through,
	// empty for none.
	Bastion string
	// BastionSubnet and BastionGroup are where such an instance is, or is to be, in
	// the place of Bastion: both or none.
	BastionSubnet, BastionGroup string
	// Facts are the paths of the facts to observe, all of them where empty.
	// What is left out is Unknown, NotRequested. A cluster's own facts come
	// with finding it.
	Facts []string
	// Ways are the ways into the database that will be used; calls of any other
	// are refused.
	Ways []Way
	// CallTimeout is how long one call may take with its retries; 0 for 15 s.
	CallTimeout time.Duration
	// CredentialsTimeout is how long finding credentials may take; 0 for 2 s.
	CredentialsTimeout time.Duration
	// Backoff bounds the wait before a call is sent again; 0 for 5 s.
	Backoff time.Duration
	// HTTPClient sends the requests; nil for the SDK's own, with its proxy and
	// AWS_CA_BUNDLE settings.
	HTTPClient sdk.HTTPClient
	// Progress is told how many of the calls known so far are done, in all
	// regions and accounts. It is not called twice at once.
	Progress func(done, known int)
}

// AllRegions stands for every region that is enabled for an account.
const AllRegions = "all"

// Account is what can be seen with the credentials there are: their AWS account,
// or those that they lead into.
type Account struct {
	options Options
	config  sdk.Config // with the credentials there are
	calls   slots      // of all regions and accounts
	barred  *lack      // why the first role could not be assumed

	sessionsMu sync.Mutex
	sessions   map[string]*session // by account, those a role leads into

	progressMu  sync.Mutex
	done, known int

	withoutServerless []string
}

// WithoutServerless returns the regions that the last Observe wanted every target of
// and in which Redshift Serverless is not offered, sorted. That they have no
// workgroup is no Unknown.
func (a *Account) WithoutServerless() []string {
	regions := distinct(a.withoutServerless)
	slices.Sort(regions)
	return regions
}
