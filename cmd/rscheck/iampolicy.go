package main

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rscheck/rscheck/checks"
	"github.com/rscheck/rscheck/checks/aws"
	"github.com/rscheck/rscheck/internal/docs"
	"github.com/rscheck/rscheck/policies"
)

func (a *app) iamPolicyCommand() *cobra.Command {
	var choice judgeOptions
	cmd := &cobra.Command{
		Use:   "iam-policy",
		Short: "Print the least IAM policy",
		Long: `Print the IAM policy that permits what the chosen checks ask of AWS, and no more.
It is made from the same list that rscheck holds its own calls to.`,
		Example: "  rscheck iam-policy --only NET > policy.json",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			catalogue, err := checks.Load(policies.FS)
			if err != nil {
				return err
			}
			if catalogue, err = catalogue.Select(choice.only, choice.skip); err != nil {
				return usageError{err}
			}
			encoder := json.NewEncoder(a.stdout)
			encoder.SetIndent("", "  ")
			return encoder.Encode(iamPolicy(catalogue))
		},
	}
	choice.bindChoice(cmd.Flags())
	return cmd
}

// policyDocument is an IAM policy. None of the actions can be held to a resource
// in every case, so that Resource is "*"
// (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html).
type policyDocument struct {
	Version   string
	Statement []policyStatement
}

type policyStatement struct {
	Sid      string
	Effect   string
	Action   []string
	Resource string
}

// iamPolicy permits what the chosen checks ask of AWS. Asking who one is takes no
// permission, and assuming a role is permitted where the role is not.
func iamPolicy(catalogue *checks.Catalogue) policyDocument {
	paths := []string{"cluster.status"} // to find the clusters at all
	for _, check := range catalogue.Chosen() {
		paths = append(paths, docs.Facts(check)...)
	}
	var actions []string
	for _, p := range aws.Permissions(paths...) {
		if !strings.HasPrefix(p.Action, "sts:") {
			actions = append(actions, p.Action)
		}
	}
	slices.Sort(actions)
	return policyDocument{
		Version:   "2012-10-17",
		Statement: []policyStatement{{Sid: "RscheckRead", Effect: "Allow", Action: slices.Compact(actions), Resource: "*"}},
	}
}
