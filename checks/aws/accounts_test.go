package aws

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/internal/fakeaws"
)

const (
	secondAccount = "444455556666"
	thirdAccount  = "777788889999"
)

func roleIn(account string) string { return "arn:aws:iam::" + account + ":role/auditor" }

// organization is three accounts, of which the second and the third let the
// auditor in.
func organization() *fakeaws.Cloud {
	cloud := fakeaws.Healthy(loader)
	for _, id := range []string{secondAccount, thirdAccount} {
		a := fakeaws.Healthy(loader).Accounts[0]
		a.Become(id, "ASIA"+id)
		a.Roles = []fakeaws.Role{{ARN: roleIn(id), ExternalID: "rscheck-7"}}
		cloud.Accounts = append(cloud.Accounts, a)
	}
	return cloud
}

func TestAccounts(t *testing.T) {
	const ofSecond = "allow sts:AssumeRole (role arn:aws:iam::444455556666:role/auditor)"
	for name, tc := range map[string]struct {
		options  Options
		change   func(*fakeaws.Cloud)
		faults   map[string]fakeaws.Fault
		accounts []string // of the targets
		want     []facts.Unknown
		assumed  int
	}{
		"by role": {
			options: Options{Roles: []string{roleIn(secondAccount), roleIn(thirdAccount)}}, accounts: []string{secondAccount, thirdAccount}, assumed: 2,
		},
		"by id, own among them": {
			options:  Options{Accounts: []string{fakeaws.AccountID, secondAccount, thirdAccount}, RoleName: "auditor"},
			accounts: []string{fakeaws.AccountID, secondAccount, thirdAccount}, assumed: 2,
		},
		"own account by role": {
			options: Options{Roles: []string{roleIn(fakeaws.AccountID)}},
			change: func(c *fakeaws.Cloud) {
				c.Accounts[0].Roles = []fakeaws.Role{{ARN: roleIn(fakeaws.AccountID), ExternalID: "rscheck-7"}}
			},
			accounts: []string{fakeaws.AccountID}, assumed: 1,
		},
		"one that lets nobody in": {
			options:  Options{Accounts: []string{fakeaws.AccountID, secondAccount, thirdAccount}, RoleName: "auditor"},
			change:   func(c *fakeaws.Cloud) { c.Accounts[1].Roles = nil },
			accounts: []string{fakeaws.AccountID, thirdAccount},
			want:     []facts.Unknown{{Path: "accounts.444455556666", Reason: facts.AccessDenied, Detail: ofSecond}}, assumed: 2,
		},
		"a role to assume first": {
			options: Options{Accounts: []string{secondAccount, thirdAccount}, RoleName: "auditor", FirstRole: roleIn(secondAccount)},
			// Its own account needs no other role.
			accounts: []string{secondAccount, thirdAccount}, assumed: 2,
		},
		"a role to assume first, and refused": {
			options: Options{Accounts: []string{fakeaws.AccountID, thirdAccount}, RoleName: "auditor", FirstRole: roleIn(secondAccount)},
			change:  func(c *fakeaws.Cloud) { c.Accounts[1].Roles = nil },
			want: []facts.Unknown{
				{Path: "accounts.111122223333", Reason: facts.AccessDenied, Detail: ofSecond},
				{Path: "accounts.777788889999", Reason: facts.AccessDenied, Detail: ofSecond},
			},
			assumed: 1,
		},
		"another external id": {
			options: Options{Roles: []string{roleIn(secondAccount)}},
			change:  func(c *fakeaws.Cloud) { c.Accounts[1].Roles[0].ExternalID = "rscheck-8" },
			want:    []facts.Unknown{{Path: "accounts.444455556666", Reason: facts.AccessDenied, Detail: ofSecond}}, assumed: 1,
		},
		"one that is gone": {
			options:  Options{Roles: []string{roleIn("000011112222"), roleIn(secondAccount)}},
			accounts: []string{secondAccount},
			want: []facts.Unknown{{
				Path: "accounts.000011112222", Reason: facts.AccessDenied, Detail: "allow sts:AssumeRole (role arn:aws:iam::000011112222:role/auditor)",
			}},
			assumed: 2,
		},
		"a cluster that may be where nobody gets in": {
			options:  Options{Roles: []string{roleIn(secondAccount), roleIn(thirdAccount)}, Clusters: []string{"nope"}},
			change:   func(c *fakeaws.Cloud) { c.Accounts[1].Roles = nil },
			accounts: nil,
			want: []facts.Unknown{
				{Path: "accounts.444455556666", Reason: facts.AccessDenied, Detail: ofSecond},
				{Path: "targets.nope", Reason: facts.AccessDenied, Detail: ofSecond},
			},
			assumed: 2,
		},
		"a region denied in one": {
			options:  Options{Roles: []string{roleIn(secondAccount), roleIn(thirdAccount)}, Regions: []string{AllRegions}},
			change:   func(c *fakeaws.Cloud) { c.Accounts[2].Regions["eu-west-1"] = &fakeaws.Region{} },
			faults:   map[string]fakeaws.Fault{describeClusters: {Region: "eu-west-1"}},
			accounts: []string{secondAccount, thirdAccount},
			want: []facts.Unknown{
				{Path: "accounts.777788889999.regions.eu-west-1", Reason: facts.AccessDenied, Detail: "allow redshift:DescribeClusters"},
			},
			assumed: 2,
		},
		"own account not told": {
			options:  Options{Accounts: []string{fakeaws.AccountID, secondAccount}, RoleName: "auditor"},
			faults:   map[string]fakeaws.Fault{getCallerIdentity: {}},
			accounts: []string{secondAccount},
			want: []facts.Unknown{{
				Path: "accounts.111122223333", Reason: facts.AccessDenied,
				Detail: "allow sts:AssumeRole (role arn:aws:iam::111122223333:role/auditor); " +
					"whether the credentials are the account's own is not known: allow sts:GetCallerIdentity",
			}},
			assumed: 2,
		},
	} {
		t.Run(name, func(t *testing.T) {
			cloud := organization()
			if tc.change != nil {
				tc.change(cloud)
			}
			server := play(t, cloud)
			for operation, where := range tc.faults {
				fault := fakeaws.Denied("")
				fault.Region = where.Region
				server.Inject(operation, fault)
			}
			tc.options.ExternalID = "rscheck-7"
			account := open(t, tc.options)
			targets, unknown := observe(t, account)
			var accounts []string
			for _, target := range targets {
				accounts = append(accounts, target.Account)
				if len(target.Unknown) > 0 || target.Network.CallerAccount != target.Account {
					t.Errorf("%s: caller %s, unknown %v", target.ID, target.Network.CallerAccount, target.Unknown)
				}
			}
			if diff := cmp.Diff(tc.accounts, accounts); diff != "" {
				t.Errorf("accounts (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tc.want, unknown); diff != "" {
				t.Errorf("unknown (-want +got):\n%s", diff)
			}
			if assumed := count(server.Requests())[assumeRole]; assumed != tc.assumed {
				t.Errorf("%d roles assumed, want %d", assumed, tc.assumed)
			}
		})
	}
}

// TestAnAccountThatCannotBeEntered fails the assuming of a role in each way.
func TestAnAccountThatCannotBeEntered(t *testing.T) {
	server := play(t, organization())
	for name, kind := range faultKinds() {
		t.Run(name, func(t *testing.T) {
			server.Reset()
			server.Inject(assumeRole, kind.fault)
			options := Options{Accounts: []string{fakeaws.AccountID, secondAccount}, RoleName: "auditor", ExternalID: "rscheck-7"}
			if kind.reason == facts.TimedOut {
				options.CallTimeout = 300 * time.Millisecond
			}
			targets, unknown := observe(t, open(t, options))
			if len(targets) != 1 || targets[0].Account != fakeaws.AccountID || len(unknown) != 1 || unknown[0].Path != "accounts.444455556666" || unknown[0].Reason != kind.reason {
				t.Errorf("%d targets and %v, want the own account's, and accounts.444455556666 %s", len(targets), unknown, kind.reason)
			}
		})
	}
}

func TestAccountsThatAreNone(t *testing.T) {
	play(t, organization())
	for name, tc := range map[string]struct {
		options Options
		want    string
	}{
		"no ARN": {Options{Roles: []string{"auditor"}}, `role "auditor": want an ARN, as arn:aws:iam::111122223333:role/NAME`},
		"no ARN first": {
			Options{FirstRole: "auditor", Accounts: []string{secondAccount}, RoleName: "auditor"},
			`role "auditor": want an ARN, as arn:aws:iam::111122223333:role/NAME`,
		},
		"a user":       {Options{Roles: []string{"arn:aws:iam::444455556666:user/x"}}, `role "arn:aws:iam::444455556666:user/x": want an ARN, as arn:aws:iam::111122223333:role/NAME`},
		"not a number": {Options{Accounts: []string{"production"}, RoleName: "auditor"}, `account "production": want twelve digits`},
		"no role name": {Options{Accounts: []string{secondAccount}}, "accounts: want the name of the role to assume in each"},
		"twice":        {Options{Accounts: []string{secondAccount}, RoleName: "auditor", Roles: []string{roleIn(secondAccount)}}, "account 444455556666 is named twice"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := Open(context.Background(), tc.options); err == nil || err.Error() != tc.want {
				t.Errorf("got  %v\nwant %s", err, tc.want)
			}
		})
	}
}

func TestARoleIsMadeInThePartitionOfTheRegion(t *testing.T) {
	for region, role := range map[string]string{
		"us-east-1": "arn:aws:iam::444455556666:role/auditor", "cn-north-1": "arn:aws-cn:iam::444455556666:role/auditor",
		"us-gov-west-1": "arn:aws-us-gov:iam::444455556666:role/auditor",
	} {
		t.Run(region, func(t *testing.T) {
			cloud := organization()
			for _, a := range cloud.Accounts {
				a.Regions = map[string]*fakeaws.Region{region: a.Regions[fakeaws.RegionName]}
				a.Regions[region].HealthyWorkgroup()
			}
			cloud.Accounts[1].Roles = []fakeaws.Role{{ARN: role}}
			play(t, cloud)
			targets, unknown := observe(t, open(t, Options{Regions: []string{region}, Accounts: []string{secondAccount}, RoleName: "auditor"}))
			if len(targets) != 2 || len(unknown) > 0 {
				t.Fatalf("%d targets and %v, want a cluster and a workgroup", len(targets), unknown)
			}
			for _, target := range targets {
				if target.Partition != partition(region) || target.Account != secondAccount {
					t.Errorf("%s is in partition %s", target.ID, target.Partition)
				}
			}
		})
	}
}

// Whoever asks about a target afterwards is to be who found it.
func TestTheCredentialsOfATargetAreThoseItWasFoundBy(t *testing.T) {
	play(t, organization())
	account := open(t, Options{Accounts: []string{fakeaws.AccountID, secondAccount}, RoleName: "auditor", ExternalID: "rscheck-7"})
	targets, _ := observe(t, account)
	keys := map[string]string{}
	for _, target := range targets {
		credentials, err := account.configOf(&target).Credentials.Retrieve(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		keys[target.Account] = credentials.AccessKeyID
	}
	want := map[string]string{fakeaws.AccountID: fakeaws.AccessKey, secondAccount: "ASIA" + secondAccount}
	if diff := cmp.Diff(want, keys); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
}
