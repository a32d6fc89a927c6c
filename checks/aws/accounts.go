package aws

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"

	"github.com/rscheck/rscheck/checks/facts"
)

// session is an account as seen with one set of credentials.
type session struct {
	*Account
	config sdk.Config

	// The caller's identity is asked for once, and only where it is needed.
	identityMu sync.Mutex
	identity   map[string]answer[string]
}

func (a *Account) session(config sdk.Config) *session {
	return &session{Account: a, config: config, identity: map[string]answer[string]{}}
}

// visit is an account to look into.
type visit struct {
	id   string // its account id; empty for the account of the credentials
	role string // to assume; empty for none
	// doubt is why it is not known whether the account is that of the
	// credentials, which needs no role; nil where it is known.
	doubt *lack
}

// visits are the accounts that the options name, and the one of the credentials
// where they name none.
func (a *Account) visits(ctx context.Context) []visit {
	o := &a.options
	var list []visit
	for _, role := range o.Roles {
		list = append(list, visit{id: accountOf(role), role: role})
	}
	var own answer[string]
	if len(o.Accounts) > 0 && a.barred == nil {
		// Where it is not told, the role of every account is tried.
		own = a.ownAccount(ctx)
	}
	for _, id := range o.Accounts {
		v := visit{id: id, doubt: own.lack}
		if id != own.value {
			v.role = fmt.Sprintf("arn:%s:iam::%s:role/%s", partition(a.config.Region), id, o.RoleName)
		}
		list = append(list, v)
	}
	if len(list) == 0 {
		list = append(list, visit{})
	}
	return list
}

// ownAccount is the account of the credentials.
func (a *Account) ownAccount(ctx context.Context) answer[string] {
	own := a.session(a.config)
	own.region(a.config.Region).askCaller(ctx)
	return own.callerAccount()
}

// enter gets credentials for the account. It does not leave to the first call of a
// region what would then look like the region's trouble.
func (a *Account) enter(ctx context.Context, v visit) (*session, *lack) {
	s := a.session(a.config.Copy())
	switch {
	case a.barred != nil:
		return nil, a.barred
	case v.role == "":
		return s, nil
	}
	if l := assume(ctx, &s.config, v.role, a.options.ExternalID); l != nil {
		if v.doubt != nil {
			l.detail += "; whether the credentials are the account's own is not known: " + v.doubt.detail
		}
		return nil, l
	}
	a.sessionsMu.Lock()
	defer a.sessionsMu.Unlock()
	a.sessions[v.id] = s
	return s, nil
}

// configOf is the SDK's configuration to ask about t with: its region, and the
// credentials by which it was found.
func (a *Account) configOf(t *facts.Target) sdk.Config {
	a.sessionsMu.Lock()
	defer a.sessionsMu.Unlock()
	cfg := a.config.Copy()
	if s := a.sessions[t.Account]; s != nil {
		cfg = s.config.Copy()
	}
	cfg.Region = t.Region
	return cfg
}

// regions are those that the options name, or every enabled one.
func (s *session) regions(ctx context.Context) ([]string, *lack) {
	if !everyRegion(s.options.Regions) {
		return s.options.Regions, nil
	}
	names, l := s.region(s.config.Region).enabledRegions(ctx)
	if l == nil && len(names) == 0 { // no account is without
		l = never[string](describeRegions)("any region").lack
	}
	return names, l
}

// everyRegion reports whether the options ask for every enabled region.
func everyRegion(regions []string) bool { return slices.Contains(regions, AllRegions) }

var (
	accountID = regexp.MustCompile(`^[0-9]{12}$`)
	roleName  = regexp.MustCompile(`^[A-Za-z0-9_+=,.@/-]{1,128}$`)
)

// checkAccounts refuses what names no role or no account, or one account twice.
func checkAccounts(o *Options) error {
	if o.FirstRole != "" {
		if _, err := parseRole(o.FirstRole); err != nil {
			return err
		}
	}
	seen := map[string]bool{}
	ids := slices.Clone(o.Accounts)
	for _, role := range o.Roles {
		parsed, err := parseRole(role)
		if err != nil {
			return err
		}
		ids = append(ids, parsed.AccountID)
	}
	for _, id := range ids {
		switch {
		case !accountID.MatchString(id):
			return fmt.Errorf("account %q: want twelve digits", id)
		case seen[id]:
			return fmt.Errorf("account %s is named twice", id)
		}
		seen[id] = true
	}
	if len(o.Accounts) > 0 && !roleName.MatchString(o.RoleName) {
		return errors.New("accounts: want the name of the role to assume in each")
	}
	return nil
}

func parseRole(role string) (arn.ARN, error) {
	parsed, err := arn.Parse(role)
	if err != nil || parsed.Service != "iam" || !strings.HasPrefix(parsed.Resource, "role/") {
		return parsed, fmt.Errorf("role %q: want an ARN, as arn:aws:iam::111122223333:role/NAME", role)
	}
	return parsed, nil
}

func accountOf(role string) string {
	parsed, _ := arn.Parse(role)
	return parsed.AccountID
}
