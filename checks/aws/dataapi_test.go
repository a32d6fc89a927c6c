package aws

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/internal/fakeaws"
)

// playData plays a Data API that answers each statement with run.
func playData(t *testing.T, run fakeaws.DataSession) (*Account, *fakeaws.Server, *fakeaws.Logins) {
	t.Helper()
	logins := &fakeaws.Logins{Data: &fakeaws.DataAPI{Open: func(as fakeaws.DataLogin) (fakeaws.DataSession, error) {
		if as.User == "nobody" {
			return nil, errors.New(`FATAL: user "IAM:nobody" does not exist`)
		}
		return run, nil
	}}}
	account, server := playLogins(t, logins)
	return account, server, logins
}

// all runs a statement and returns its rows, NULL as "(null)".
func all(s *DataSession, text string, args ...string) ([]string, error) {
	var rows []string
	err := s.Query(context.Background(), text, args, func(row [][]byte) {
		var words []string
		for _, value := range row {
			if value == nil {
				value = []byte("(null)")
			}
			words = append(words, string(value))
		}
		rows = append(rows, strings.Join(words, "|"))
	})
	return rows, err
}

func TestRowsOfTheDataAPI(t *testing.T) {
	account, server, logins := playData(t, func(sql string, params map[string]string) ([][]any, error) {
		rows := [][]any{{sql, params["p1"], params["p2"], nil, true, false, int64(-7), ""}}
		for i := range 100 { // several pages
			rows = append(rows, []any{fmt.Sprint(i)})
		}
		return rows, nil
	})
	s := account.DataSession(warehouse(facts.ProvisionedCluster), "dw", DataLogin{User: "stitch"})
	rows, err := all(s, "SELECT $1, $2, $1", "it's :p2", "$1")
	if err != nil || len(rows) != 101 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	if diff := cmp.Diff("SELECT :p1, :p2, :p1|it's :p2|$1|(null)|true|false|-7|", rows[0]); diff != "" {
		t.Errorf("first row (-want +got):\n%s", diff)
	}
	if rows[100] != "99" {
		t.Errorf("last row %s", rows[100])
	}
	// The second statement is of the same session, and a third of a new one after
	// AWS has ended that.
	for range 2 {
		if rows, err = all(s, "SHOW x"); err != nil || len(rows) != 101 {
			t.Errorf("%d rows, %v", len(rows), err)
		}
		logins.Data.End()
	}
	sent := count(server.Requests())
	if sent["ExecuteStatement"] != 4 {
		t.Errorf("%d statements were sent, want 3 and one that came too late", sent["ExecuteStatement"])
	}
}

func TestNoRowsOfTheDataAPI(t *testing.T) {
	account, _, _ := playData(t, func(string, map[string]string) ([][]any, error) { return nil, nil })
	rows, err := all(account.DataSession(warehouse(facts.ProvisionedCluster), "dw", DataLogin{User: "stitch"}), "SELECT 1")
	if err != nil || len(rows) > 0 {
		t.Errorf("%v, %v", rows, err)
	}
}

func TestWhatTheDataAPIDoesNotAnswer(t *testing.T) {
	for name, tc := range map[string]struct {
		as        DataLogin
		kind      facts.Kind
		args      []string
		operation string
		fault     fakeaws.Fault
		run       fakeaws.DataSession
		want      error
	}{
		"refused by the database": {
			as: DataLogin{User: "stitch"}, run: func(string, map[string]string) ([][]any, error) {
				return nil, errors.New("ERROR: permission denied for relation pg_user")
			},
			want: &StatementError{"ERROR: permission denied for relation pg_user"},
		},
		"no such user": {as: DataLogin{User: "nobody"}, want: &StatementError{`FATAL: user "IAM:nobody" does not exist`}},
		"denied": {
			as: DataLogin{User: "stitch"}, operation: "ExecuteStatement", fault: fakeaws.Denied(canary),
			want: &UnansweredError{facts.AccessDenied, "allow redshift-data:ExecuteStatement for database user stitch and database dw"},
		},
		"denied on the caller's behalf": {
			as: DataLogin{}, kind: facts.Workgroup, operation: "ExecuteStatement",
			fault: fakeaws.Denied("User " + canary + " is not authorized to perform: redshift-serverless:GetCredentials on resource: *"),
			want:  &UnansweredError{facts.AccessDenied, "allow redshift-serverless:GetCredentials for database dw"},
		},
		"denied for an action that is none of ours": {
			as: DataLogin{Secret: secretARN}, operation: "ExecuteStatement", fault: fakeaws.Denied("is not authorized to perform: " + canary + ":Any on resource: *"),
			want: &UnansweredError{facts.AccessDenied, "allow redshift-data:ExecuteStatement with the secret " + secretARN},
		},
		"state denied": {
			as: DataLogin{User: "stitch"}, operation: "DescribeStatement", fault: fakeaws.Denied(""),
			want: &UnansweredError{facts.AccessDenied, "allow redshift-data:DescribeStatement for database user stitch and database dw"},
		},
		"result denied": {
			as: DataLogin{User: "stitch"}, operation: "GetStatementResult", fault: fakeaws.Denied(""),
			want: &UnansweredError{facts.AccessDenied, "allow redshift-data:GetStatementResult for database user stitch and database dw"},
		},
		"request that is not taken": {
			as: DataLogin{User: "stitch"}, operation: "ExecuteStatement", fault: fakeaws.Error(400, "ValidationException", canary),
			want: &UnansweredError{facts.Failed, "redshift-data:ExecuteStatement refused the request: see that the Data API can reach this cluster and database"},
		},
		"too many statements": {
			as: DataLogin{User: "stitch"}, operation: "ExecuteStatement", fault: fakeaws.Error(400, "ActiveStatementsExceededException", ""),
			want: &UnansweredError{facts.Throttled, "redshift-data:ExecuteStatement: as many statements are running as the Data API takes: try again later"},
		},
		"answered by a portal": {
			as: DataLogin{User: "stitch"}, operation: "DescribeStatement", fault: fakeaws.HTML(200),
			want: &UnansweredError{facts.Unsupported, "redshift-data:DescribeStatement was answered by something that is not AWS"},
		},
		"empty parameter": {
			as: DataLogin{User: "stitch"}, args: []string{""}, want: &UnansweredError{facts.Unsupported, "the Data API takes no empty parameters"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			run := tc.run
			if run == nil {
				run = func(string, map[string]string) ([][]any, error) { return [][]any{{"x"}}, nil }
			}
			account, server, _ := playData(t, run)
			if tc.operation != "" {
				server.Inject(tc.operation, tc.fault)
			}
			kind := tc.kind
			if kind == "" {
				kind = facts.ProvisionedCluster
			}
			rows, err := all(account.DataSession(warehouse(kind), "dw", tc.as), "SELECT 1", tc.args...)
			if diff := cmp.Diff(tc.want, err); diff != "" || len(rows) > 0 {
				t.Errorf("%v (-want +got):\n%s", rows, diff)
			}
		})
	}
}

// Whose patience ends is told so, while the statement goes on without rscheck.
func TestPatienceWithTheDataAPI(t *testing.T) {
	account, server, _ := playData(t, func(string, map[string]string) ([][]any, error) { return nil, nil })
	server.Inject("DescribeStatement", fakeaws.Hang())
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	err := account.DataSession(warehouse(facts.ProvisionedCluster), "dw", DataLogin{User: "stitch"}).
		Query(ctx, "SELECT 1", nil, func([][]byte) {})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}
