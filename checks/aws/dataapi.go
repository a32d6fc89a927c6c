package aws

import (
	"context"
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/redshiftdata"
	"github.com/aws/aws-sdk-go-v2/service/redshiftdata/types"
	"github.com/aws/smithy-go"

	"github.com/rscheck/rscheck/checks/facts"
)

// DataSession asks a database over the Redshift Data API: AWS logs in and runs
// the statements, so that no network path leads from here to the database, and
// nothing is learned about one. It is one session of the database; it takes one
// statement at a time and runs each in a transaction of its own.
// https://docs.aws.amazon.com/redshift/latest/mgmt/data-api.html
type DataSession struct {
	client *redshiftdata.Client
	region string
	// first is what a statement is sent with when there is no session yet.
	first redshiftdata.ExecuteStatementInput
	id    *string // of the session, once there is one
}

// DataLogin says as whom the Data API logs in: as User, with a temporary
// password; with what Secret holds; or, where both are empty, as the caller's own
// IAM identity.
type DataLogin struct{ User, Secret string }

// DataSession returns a session for the database of t. It sends nothing yet.
func (a *Account) DataSession(t *facts.Target, database string, as DataLogin) *DataSession {
	s := &DataSession{client: redshiftdata.NewFromConfig(a.configOf(t)), region: t.Region}
	s.first = redshiftdata.ExecuteStatementInput{Database: &database}
	if t.Kind == facts.Workgroup {
		s.first.WorkgroupName = &t.Name
	} else {
		s.first.ClusterIdentifier = &t.Name
	}
	switch {
	case as.Secret != "":
		s.first.SecretArn = &as.Secret
	case as.User != "":
		s.first.DbUser = &as.User
	}
	return s
}

// keepAlive is for how many seconds AWS keeps an idle session.
const keepAlive = 30

// StatementError is a statement that the database refused, or a login that it
// did, in its own words. The Data API does not tell the SQLSTATE.
type StatementError struct{ Message string }

func (e *StatementError) Error() string { return e.Message }

// UnansweredError is a statement that the Data API did not run to its end.
type UnansweredError struct {
	Reason facts.Reason
	Detail string
}

func (e *UnansweredError) Error() string { return e.Detail }

var placeholder = regexp.MustCompile(`\$([0-9]+)`)

// Query runs one statement with args for $1, $2 and so on, and hands on each row;
// nil is NULL. Its error is a *StatementError, an *UnansweredError, or ctx's.
func (s *DataSession) Query(ctx context.Context, text string, args []string, each func(row [][]byte)) error {
	// The API knows parameters by names, and refuses those that are empty.
	in := redshiftdata.ExecuteStatementInput{Sql: sdk.String(placeholder.ReplaceAllString(text, ":p$1"))}
	for i, arg := range args {
		if arg == "" {
			return &UnansweredError{facts.Unsupported, "the Data API takes no empty parameters"}
		}
		in.Parameters = append(in.Parameters, types.SqlParameter{Name: sdk.String("p" + strconv.Itoa(i+1)), Value: &arg})
	}
	id, err := s.execute(ctx, in)
	if err != nil {
		return err
	}
	hasRows, err := s.wait(ctx, id)
	if err != nil || !hasRows {
		return err
	}
	return s.rows(ctx, id, each)
}

// execute sends the statement, and returns the id by which its fate is asked. A
// session that AWS has ended is begun anew; nothing depends on what was set in it
// but how dates read.
func (s *DataSession) execute(ctx context.Context, in redshiftdata.ExecuteStatementInput) (*string, error) {
	in.SessionKeepAliveSeconds = sdk.Int32(keepAlive)
	again := in
	again.SessionId = s.id
	fresh := s.first
	fresh.Sql, fresh.Parameters, fresh.SessionKeepAliveSeconds = in.Sql, in.Parameters, in.SessionKeepAliveSeconds
	if s.id == nil {
		again = fresh
	}
	const operation = "ExecuteStatement"
	out, err := s.client.ExecuteStatement(ctx, &again)
	if err != nil && s.id != nil && isInvalid(err) {
		s.id = nil
		out, err = s.client.ExecuteStatement(ctx, &fresh)
	}
	switch {
	case err != nil:
		return nil, s.unanswered(ctx, operation, err)
	case out.Id == nil:
		return nil, s.unanswered(ctx, operation, &malformedError{"Id"})
	}
	if s.id == nil {
		s.id = out.SessionId
	}
	return out.Id, nil
}

// wait asks until the statement has ended, less and less often.
func (s *DataSession) wait(ctx context.Context, id *string) (hasRows bool, err error) {
	const operation = "DescribeStatement"
	for pause := 25 * time.Millisecond; ; pause = min(2*pause, time.Second) {
		out, err := s.client.DescribeStatement(ctx, &redshiftdata.DescribeStatementInput{Id: id})
		if err != nil {
			return false, s.unanswered(ctx, operation, err)
		}
		switch out.Status {
		case types.StatusStringFinished:
			return sdk.ToBool(out.HasResultSet), nil
		case types.StatusStringFailed:
			return false, &StatementError{sdk.ToString(out.Error)}
		case types.StatusStringAborted:
			return false, &UnansweredError{facts.Failed, "somebody cancelled the statement of rscheck in the Data API"}
		case types.StatusStringSubmitted, types.StatusStringPicked, types.StatusStringStarted:
		default:
			return false, s.unanswered(ctx, operation, &malformedError{"Status"})
		}
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case <-time.After(pause):
		}
	}
}

func (s *DataSession) rows(ctx context.Context, id *string, each func([][]byte)) error {
	err := pages(ctx, func(ctx context.Context, token *string) (int, *string, error) {
		out, err := s.client.GetStatementResult(ctx, &redshiftdata.GetStatementResultInput{Id: id, NextToken: token})
		if err != nil {
			return 0, nil, err
		}
		for _, record := range out.Records {
			row := make([][]byte, len(record))
			for i, field := range record {
				if row[i], err = value(field); err != nil {
					return 0, nil, err
				}
			}
			each(row)
		}
		return len(out.Records), out.NextToken, nil
	})
	if err != nil {
		return s.unanswered(ctx, "GetStatementResult", err)
	}
	return nil
}

// value is a field as the database itself would put it in text.
func value(field types.Field) ([]byte, error) {
	switch f := field.(type) {
	case *types.FieldMemberIsNull:
		return nil, nil
	case *types.FieldMemberStringValue:
		return []byte(f.Value), nil
	case *types.FieldMemberBooleanValue:
		return strconv.AppendBool(nil, f.Value), nil
	case *types.FieldMemberLongValue:
		return strconv.AppendInt(nil, f.Value, 10), nil
	case *types.FieldMemberDoubleValue:
		return strconv.AppendFloat(nil, f.Value, 'g', -1, 64), nil
	}
	return nil, &malformedError{"the value of a field"}
}

// unanswered tells why a call gave nothing. A ctx that ended is left to whoever
// set its end.
func (s *DataSession) unanswered(ctx context.Context, operation string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var (
		limit    *types.ActiveStatementsExceededException
		sessions *types.ActiveSessionsExceededException
		api      smithy.APIError
	)
	call := callOf(operation)
	switch {
	case errors.As(err, &limit), errors.As(err, &sessions):
		return &UnansweredError{facts.Throttled, call.Action + ": as many statements are running as the Data API takes: try again later"}
	case isInvalid(err):
		return &UnansweredError{facts.Failed, call.Action + " refused the request: see that the Data API can reach this cluster and database"}
	}
	l := call.why(s.region, err)
	if l.reason == facts.AccessDenied && errors.As(err, &api) {
		l.detail = "allow " + lackingAction(api.ErrorMessage(), call.Action) + denier(api.ErrorMessage()) + s.scope()
	}
	return &UnansweredError{l.reason, l.detail}
}

// isInvalid reports whether the Data API does not take the request as it is.
func isInvalid(err error) bool {
	var (
		invalid *types.ValidationException
		absent  *types.ResourceNotFoundException
	)
	return errors.As(err, &invalid) || errors.As(err, &absent)
}

// lackingAction finds in AWS's message which action was denied: the Data API
// fetches the login on the caller's behalf. It is a known action in any case.
func lackingAction(message, otherwise string) string {
	for _, c := range Calls() {
		if c.Way != "" && strings.Contains(message, "to perform: "+c.Action+" ") {
			return c.Action
		}
	}
	return otherwise
}

// scope is what the permission is for.
func (s *DataSession) scope() string {
	switch {
	case s.first.SecretArn != nil:
		return " with the secret " + *s.first.SecretArn
	case s.first.DbUser != nil:
		return " for database user " + *s.first.DbUser + " and database " + *s.first.Database
	}
	return " for database " + *s.first.Database
}
