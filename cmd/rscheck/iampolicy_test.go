package main

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rscheck/rscheck/checks/aws"
	"github.com/rscheck/rscheck/internal/fakeaws"
	"github.com/rscheck/rscheck/report"
)

// TestThePolicyIsEnough denies, on every estate, each call that observes and is not
// in the policy that rscheck iam-policy prints for a check. What the check says stays
// as it is where nothing is denied, and no target is missed.
func TestThePolicyIsEnough(t *testing.T) {
	s := <-stages(t, 1)
	catalogue, err := s.catalogue()
	if err != nil {
		t.Fatal(err)
	}
	estates := situations(t)
	free := map[string]report.Report{}
	for name, estate := range estates {
		free[name] = s.scan(t, estate.cloud, append(slices.Clone(estate.args), "--audit-logging"))
	}
	sent := calls(t, s)
	for _, action := range s.policy(t) {
		if !slices.ContainsFunc(sent, func(c aws.Call) bool { return c.Action == action }) {
			t.Errorf("%s is in the policy, and no estate needs it", action)
		}
	}
	for _, check := range catalogue.Checks() {
		t.Run(check.ID, func(t *testing.T) {
			policy := s.policy(t, "--only", check.ID)
			s.Reset()
			for _, c := range aws.Calls() {
				// Roles are let in where they are, and who one is may be asked by all.
				if c.Way == "" && c.Service != "STS" && !slices.Contains(policy, c.Action) {
					s.Inject(c.Operation, fakeaws.Denied("not authorized"))
				}
			}
			for name, estate := range estates {
				got := s.scan(t, estate.cloud, append(slices.Clone(estate.args), "--only", check.ID))
				if diff := cmp.Diff(answersOf(check.ID, free[name]), answersOf(check.ID, got)); diff != "" || len(got.Unknown) > 0 {
					t.Errorf("%s: with nothing but %v (-all permitted +policy), and unknown are %v:\n%s", name, policy, got.Unknown, diff)
				}
			}
		})
	}
}

// policy returns the actions that rscheck iam-policy prints.
func (s *stage) policy(t *testing.T, choice ...string) []string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	a := &app{stdout: &stdout, stderr: &stderr, catalogue: s.catalogue}
	if code := a.run(append([]string{"iam-policy", "--all-regions"}, choice...)); code != report.ExitReady {
		t.Fatalf("exit %d: %s", code, &stderr)
	}
	var policy policyDocument
	if err := json.Unmarshal(stdout.Bytes(), &policy); err != nil {
		t.Fatal(err)
	}
	return policy.Statement[0].Action
}

// answersOf are what the check says of each target.
func answersOf(check string, r report.Report) []string {
	var list []string
	for _, t := range r.Targets {
		for _, result := range t.Results {
			if result.Check == check {
				list = append(list, strings.Join([]string{t.ID, string(result.Outcome), result.Subject, result.Message}, " "))
			}
		}
	}
	slices.Sort(list)
	return list
}
