package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rscheck/rscheck/internal/fakeaws"
	"github.com/rscheck/rscheck/report"
)

// TestCommandsCure breaks estates, scans them with the whole command and does what
// the report says, one command after another as AWS would, until it says nothing
// more. No command may be refused, and what failed must be gone, but for what the
// estate says that no command cures.
func TestCommandsCure(t *testing.T) {
	stage := <-stages(t, 1)
	estates, scanned := brokenEstates(), 0
	tried := map[string]int{}
	for name, e := range estates {
		t.Run(name, func(t *testing.T) {
			scanned++
			cloud := fakeaws.Healthy(northAmerica...)
			region := cloud.Region(fakeaws.RegionName)
			args := append([]string{"--cluster", fakeaws.ClusterName, "--loader-region", "north-america"}, e.args...)
			if e.workgroup {
				region.HealthyWorkgroup()
				args[0], args[1] = "--workgroup", fakeaws.WorkgroupName
			}
			e.breakIt(region)
			admin := &admin{region: region, ran: tried}
			first := stage.scan(t, cloud, args)
			if diff := cmp.Diff(e.fails, checksThatFail(first)); diff != "" {
				t.Errorf("what fails at first (-want +got):\n%s", diff)
			}
			left := stage.mend(t, cloud, admin, args, first)
			if diff := cmp.Diff(e.left, left); diff != "" {
				t.Errorf("what is left when nothing is to be run (-want +got):\n%s", diff)
			}
		})
	}
	for name := range operations {
		if tried[name] == 0 && scanned == len(estates) {
			t.Errorf("no estate needs aws %s", name)
		}
	}
}

// mend runs what the report tells and scans again, until nothing is told. It returns
// what has not come right, as "NET002 unknown", each once.
func (s *stage) mend(t *testing.T, cloud *fakeaws.Cloud, a *admin, args []string, r report.Report) []string {
	t.Helper()
	const rounds = 4
	for range rounds {
		commands := commandsOf(r)
		if len(commands) == 0 {
			return leftOf(r)
		}
		var later []string // as a note ahead of them says
		for _, c := range commands {
			if err := a.run(c); errors.Is(err, errNotYet) {
				later = append(later, c)
			} else if err != nil {
				t.Fatalf("%s: %v", c, err)
			}
		}
		for _, c := range later {
			if err := a.run(c); err != nil {
				t.Fatalf("%s, after all others: %v", c, err)
			}
		}
		r = s.scan(t, cloud, args)
	}
	t.Fatalf("after %d rounds there is still to be run\n%s", rounds, strings.Join(commandsOf(r), "\n"))
	return nil
}

// commandsOf are the commands of a report in order, each once: the findings of a
// check share some.
func commandsOf(r report.Report) []string {
	var commands []string
	for _, result := range r.Targets[0].Results {
		for _, step := range result.Remediation {
			// What an event tells is to be read.
			reads := strings.HasPrefix(step.Text, "aws redshift describe-")
			if step.Kind == report.AWSCLI && !reads && !slices.Contains(commands, step.Text) {
				commands = append(commands, step.Text)
			}
		}
	}
	return commands
}

func checksThatFail(r report.Report) []string {
	var ids []string
	for _, result := range r.Targets[0].Results {
		if result.Outcome == report.Fail {
			ids = append(ids, result.Check)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func leftOf(r report.Report) []string {
	var left []string
	for _, result := range r.Targets[0].Results {
		if result.Outcome == report.Fail || result.Outcome == report.Unknown {
			left = append(left, fmt.Sprintf("%s %s", result.Check, result.Outcome))
		}
	}
	slices.Sort(left)
	return slices.Compact(left)
}

// TestAdminRefuses shows that the admin of TestCommandsCure is no yes-man.
func TestAdminRefuses(t *testing.T) {
	region := fakeaws.Healthy(northAmerica...).Region(fakeaws.RegionName)
	a := &admin{region: region}
	for _, command := range []string{
		"aws ec2 delete-vpc --region us-east-1 --vpc-id vpc-0a",
		"aws ec2 create-route --region eu-west-1 --route-table-id rtb-0main --destination-cidr-block 52.23.137.21/32 --gateway-id igw-0a",
		"aws ec2 create-route --region us-east-1 --route-table-id rtb-0public --destination-cidr-block 0.0.0.0/0 --gateway-id igw-0a",
		"aws ec2 create-route --region us-east-1 --route-table-id rtb-0main --destination-cidr-block 10.0.0.9/32 --gateway-id igw-0a",
		"aws ec2 create-route --region us-east-1 --route-table-id rtb-0main --destination-cidr-block 52.23.137.21/32 --gateway-id igw-0b",
		"aws ec2 replace-route --region us-east-1 --route-table-id rtb-0main --destination-cidr-block 52.23.137.21/32 --gateway-id igw-0a",
		"aws ec2 authorize-security-group-ingress --region us-east-1 --group-id sg-0loader --protocol tcp --port 5439 --cidr 52.23.137.21/32 --dry",
		"aws ec2 create-network-acl-entry --region us-east-1 --network-acl-id acl-0a --ingress --rule-number 100 --protocol tcp " +
			"--port-range From=5439,To=5439 --cidr-block 52.23.137.21/32 --rule-action allow",
		"aws redshift modify-cluster --region us-east-1 --cluster-identifier analytics --encrypted --encrypted",
		"aws redshift resume-cluster --region us-east-1 --cluster-identifier $(hostname)",
		"aws redshift resume-cluster --region us-east-1 --cluster-identifier analytics",
	} {
		if err := a.run(command); err == nil {
			t.Errorf("%s: want an error", command)
		}
	}
}
