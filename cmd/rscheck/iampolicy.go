package main

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rscheck/rscheck/checks"
	"github.com/rscheck/rscheck/checks/aws"
	"github.com/rscheck/rscheck/internal/docs"
)

func (a *app) iamPolicyCommand() *cobra.Command {
	var (
		choice judgeOptions
		way    wayOptions
		login  string
		roam   bool
	)
	cmd := &cobra.Command{
		Use:   "iam-policy",
		Short: "Print the least IAM policy",
		Long: `Print the IAM policy that permits what the chosen checks ask of AWS, and no more.
It is made from the same list that rscheck holds its own calls to. What a way
into the database through AWS needs is part of it where the way is named.`,
		Example: `  rscheck iam-policy --only NET > policy.json
  rscheck iam-policy --iam --login stitch`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			catalogue, err := a.catalogue()
			if err != nil {
				return err
			}
			if catalogue, err = catalogue.Select(choice.only, choice.skip); err != nil {
				return usageError{err}
			}
			if err := way.check(); err != nil {
				return err
			}
			policy := iamPolicy(catalogue, roam)
			policy.Statement = append(policy.Statement, way.least(login)...)
			encoder := json.NewEncoder(a.stdout)
			encoder.SetIndent("", "  ")
			return encoder.Encode(policy)
		},
	}
	choice.bindChoice(cmd.Flags())
	way.bind(cmd.Flags())
	cmd.Flags().BoolVar(&roam, "all-regions", false, "permit what --region all needs, too")
	cmd.Flags().StringVar(&login, "login", "stitch", "the database `user` that --iam may log in as")
	return cmd
}

// policyDocument is an IAM policy. None of the actions that observe can be held to
// a resource in every case, so that their Resource is "*"
// (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html).
type policyDocument struct {
	Version   string
	Statement []policyStatement
}

type policyStatement struct {
	Sid      string
	Effect   string
	Action   []string
	Resource []string
}

// iamPolicy permits what the chosen checks ask of AWS. Asking who one is takes no
// permission, and assuming a role is permitted where the role is not. To roam is to
// look into every region there is.
func iamPolicy(catalogue *checks.Catalogue, roam bool) policyDocument {
	paths := []string{"cluster.status"} // to find the clusters at all
	for _, check := range catalogue.Chosen() {
		paths = append(paths, docs.Facts(check)...)
	}
	var actions []string
	for _, action := range aws.Permissions(paths...) {
		if !strings.HasPrefix(action, "sts:") && (roam || action != "ec2:DescribeRegions") {
			actions = append(actions, action)
		}
	}
	slices.Sort(actions)
	return policyDocument{
		Version:   "2012-10-17",
		Statement: []policyStatement{{Sid: "RscheckRead", Effect: "Allow", Action: slices.Compact(actions), Resource: []string{"*"}}},
	}
}
