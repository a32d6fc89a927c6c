package aws

import (
	"regexp"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/redshift"
	"github.com/aws/aws-sdk-go-v2/service/redshiftdata"
)

// Way is a way into the database that leads through the AWS API. Its calls are
// sent only where Options.Ways has it.
type Way string

const (
	// TemporaryPassword logs in as a database user with a password that AWS
	// makes for it. The user has to exist: rscheck never asks for AutoCreate.
	TemporaryPassword Way = "iam"
	// Identity logs in as the database user that stands for the IAM identity.
	// The database makes that user at its first login, which is a write, if one
	// of no consequence to anybody else.
	// https://docs.aws.amazon.com/redshift/latest/mgmt/generating-iam-credentials-role-permissions.html
	Identity Way = "iam-identity"
	// Secret reads the login from AWS Secrets Manager.
	Secret Way = "secret"
	// DataAPI has AWS run the statements. They are single ones that read.
	DataAPI Way = "data-api"
)

// WayPermissions returns the IAM actions that the ways take. What the Data API does on
// the caller's behalf takes a way besides it: TemporaryPassword, Identity or
// Secret.
func WayPermissions(ways ...Way) []string {
	var actions []string
	for _, c := range Calls() {
		if c.Way != "" && slices.Contains(ways, c.Way) {
			actions = append(actions, c.Action)
		}
	}
	return actions
}

// writes reports whether the input of a call on the allow-list could change
// something all the same: make a user, join a group, or run a statement that does
// more than read.
func writes(input any) bool {
	switch in := input.(type) {
	case *redshift.GetClusterCredentialsInput:
		return in.AutoCreate != nil && *in.AutoCreate || len(in.DbGroups) > 0
	case *redshiftdata.ExecuteStatementInput:
		return in.Sql == nil || !readsOnly(*in.Sql)
	}
	return false
}

var (
	reading = regexp.MustCompile(`^(SELECT|SHOW)\s`)
	// SELECT INTO makes a table, and FOR UPDATE locks rows.
	beyondReading = regexp.MustCompile(`(?i);|\bINTO\b|\bFOR\s+UPDATE\b`)
)

// readsOnly reports whether the text is one statement that reads. It serves the
// texts of this program only: it does not know every function that writes.
func readsOnly(text string) bool {
	return reading.MatchString(text) && !beyondReading.MatchString(text)
}

// speaksJSON tells the services that answer in JSON from those of XML.
func speaksJSON(service string) bool {
	return slices.Contains([]string{"Redshift Data", "Redshift Serverless", "Secrets Manager"}, service)
}
