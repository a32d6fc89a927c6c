package main

import (
	"bufio"
	"os"
	"regexp"
	"strings"

	"github.com/rscheck/rscheck/checks"
	"github.com/rscheck/rscheck/checks/aws"
	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/internal/docs"
)

// options are those of the observation, which begins with base. Each role is the way
// into an account of its own, but beside --accounts it is the one to assume first.
func (o *awsOptions) options(base aws.Options) (aws.Options, error) {
	observation := base
	observation.Regions, observation.Clusters, observation.Workgroups = o.regions, o.clusters, o.workgroups
	observation.Profile, observation.ExternalID, observation.RoleName = o.profile, o.externalID, o.roleName
	observation.Logging, observation.Bastion = o.logging, o.bastion
	observation.BastionSubnet, observation.BastionGroup = o.bastionSubnet, o.bastionGroup
	observation.Roles = o.roleARNs
	if o.accounts != "" {
		if len(o.roleARNs) == 1 {
			observation.FirstRole, observation.Roles = o.roleARNs[0], nil
		}
		var err error
		if observation.Accounts, err = readAccounts(o.accounts); err != nil {
			return aws.Options{}, err
		}
	}
	return observation, nil
}

var accountID = regexp.MustCompile(`^[0-9]{12}$`)

// readAccounts reads a file of account ids, one a line. What follows a # is a
// remark.
func readAccounts(name string) ([]string, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, usagef("--accounts: %w", err)
	}
	defer file.Close()
	var ids []string
	lines := bufio.NewScanner(file)
	for n := 1; lines.Scan(); n++ {
		id, _, _ := strings.Cut(lines.Text(), "#")
		if id = strings.TrimSpace(id); id == "" {
			continue
		}
		if !accountID.MatchString(id) {
			return nil, usagef("--accounts %s:%d: %q is not the id of an account: want twelve digits", name, n, id)
		}
		ids = append(ids, id)
	}
	if err := lines.Err(); err != nil {
		return nil, usagef("--accounts: %w", err)
	}
	if len(ids) == 0 {
		return nil, usagef("--accounts %s: no account is in it", name)
	}
	return ids, nil
}

// wantsLogging reports whether --only has chosen a check that rests on audit
// logging, which AWS tells one cluster a call.
func wantsLogging(catalogue *checks.Catalogue, choice *judgeOptions) bool {
	if len(choice.only) == 0 {
		return false
	}
	for _, check := range catalogue.Chosen() {
		for _, path := range docs.Facts(check) {
			if facts.Covers("cluster.logging", path) {
				return true
			}
		}
	}
	return false
}
