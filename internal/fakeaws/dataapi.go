package fakeaws

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// DataAPI plays the Redshift Data API in front of a database of whoever uses it.
type DataAPI struct {
	// Open opens a session. Its error is what the database says of the login.
	Open func(DataLogin) (DataSession, error)

	mu         sync.Mutex
	sessions   map[string]DataSession
	statements map[string]*dataStatement
}

// DataLogin is what a session is asked for with.
type DataLogin struct{ Cluster, Workgroup, Database, User, Secret string }

// DataSession runs a statement with its parameters by name. A value of a row is
// nil, a bool, an int64 or a string. The error is the database's.
type DataSession func(sql string, params map[string]string) (rows [][]any, err error)

// dataStatement is a statement and what came of it.
type dataStatement struct {
	rows   [][]any
	err    error
	looked bool // whether its state was asked for already
}

var executeParams = []string{
	"Sql", "Parameters", "ClusterIdentifier", "WorkgroupName", "Database", "DbUser", "SecretArn", "SessionId", "SessionKeepAliveSeconds", "ClientToken",
}

var namedParameter = regexp.MustCompile(`:([A-Za-z][A-Za-z0-9_]*)`)

func invalid(format string, args ...any) *apiError {
	return &apiError{http.StatusBadRequest, "ValidationException", fmt.Sprintf(format, args...)}
}

// executeStatement runs the statement at once. What it runs is held to reading.
func (c *call) executeStatement() *apiError {
	data, sql := c.logins().Data, c.Params.Get("Sql")
	switch {
	case data == nil:
		return invalid("Redshift endpoint doesn't exist in this region.")
	case !strings.HasPrefix(sql, "SELECT ") && !strings.HasPrefix(sql, "SHOW "), strings.Contains(sql, ";"):
		return &apiError{http.StatusForbidden, "AccessDeniedException", "fakeaws is read-only"}
	}
	params, err := c.sqlParameters(sql)
	if err != nil {
		return err
	}
	data.mu.Lock()
	defer data.mu.Unlock()
	id, session, err := data.session(c)
	if err != nil {
		return err
	}
	st := &dataStatement{}
	st.rows, st.err = session(sql, params)
	name := fmt.Sprintf("statement-%d", len(data.statements)+1)
	if data.statements == nil {
		data.statements = map[string]*dataStatement{}
	}
	data.statements[name] = st
	return c.sayJSON(object{"Id": name, "SessionId": id, "CreatedAt": 1.79e9})
}

// sqlParameters reads the parameters, and refuses what the Data API refuses.
func (c *call) sqlParameters(sql string) (map[string]string, *apiError) {
	params := map[string]string{}
	if text := c.Params.Get("Parameters"); text != "" {
		var list []struct{ Name, Value string }
		if json.Unmarshal([]byte(text), &list) != nil || len(list) == 0 {
			return nil, invalid("Parameters must have length greater than or equal to 1")
		}
		for _, p := range list {
			if p.Value == "" {
				return nil, invalid("Parameter value must have length greater than or equal to 1")
			}
			params[p.Name] = p.Value
		}
	}
	used := map[string]bool{}
	for _, m := range namedParameter.FindAllStringSubmatch(sql, -1) {
		used[m[1]] = true
		if _, given := params[m[1]]; !given {
			return nil, invalid("Parameters list doesn't contain %s", m[1])
		}
	}
	if len(used) != len(params) {
		return nil, invalid("Parameters list contains unused parameters")
	}
	return params, nil
}

// session finds the session of a request, or opens one. What the database says
// against the login comes to light with the statement.
func (d *DataAPI) session(c *call) (id string, session DataSession, err *apiError) {
	as := DataLogin{
		c.Params.Get("ClusterIdentifier"), c.Params.Get("WorkgroupName"), c.Params.Get("Database"),
		c.Params.Get("DbUser"), c.Params.Get("SecretArn"),
	}
	if id := c.Params.Get("SessionId"); id != "" {
		session, open := d.sessions[id]
		if !open || as != (DataLogin{}) {
			return "", nil, invalid("Session is not available")
		}
		return id, session, nil
	}
	switch {
	case (as.Cluster == "") == (as.Workgroup == ""), as.Database == "", as.User != "" && (as.Secret != "" || as.Workgroup != ""):
		return "", nil, invalid("The request has no valid combination of parameters")
	case as.Cluster != "" && c.region.Cluster(as.Cluster) == nil:
		return "", nil, invalid("Redshift endpoint doesn't exist in this region.")
	}
	session, login := d.Open(as)
	id = fmt.Sprintf("session-%d", len(d.sessions)+1)
	if d.sessions == nil {
		d.sessions = map[string]DataSession{}
	}
	if login != nil {
		return id, func(string, map[string]string) ([][]any, error) { return nil, login }, nil
	}
	d.sessions[id] = session
	return id, session, nil
}

// End ends every session, as AWS does with idle ones.
func (d *DataAPI) End() {
	d.mu.Lock()
	defer d.mu.Unlock()
	clear(d.sessions)
}

func (c *call) statement() (*dataStatement, *apiError) {
	if data := c.logins().Data; data != nil {
		data.mu.Lock()
		defer data.mu.Unlock()
		if st := data.statements[c.Params.Get("Id")]; st != nil {
			return st, nil
		}
	}
	return nil, &apiError{http.StatusBadRequest, "ResourceNotFoundException", "Query does not exist."}
}

// describeStatement says at first that the statement is still running.
func (c *call) describeStatement() *apiError {
	st, err := c.statement()
	if err != nil {
		return err
	}
	answer := object{"Id": c.Params.Get("Id"), "Status": "FINISHED", "HasResultSet": st.err == nil}
	switch {
	case !st.looked:
		st.looked = true
		answer["Status"], answer["HasResultSet"] = "STARTED", false
	case st.err != nil:
		answer["Status"], answer["Error"] = "FAILED", st.err.Error()
	}
	return c.sayJSON(answer)
}

// recordsPerPage makes pages small enough for tests to have several.
const recordsPerPage = 40

func (c *call) getStatementResult() *apiError {
	st, err := c.statement()
	if err != nil {
		return err
	}
	from := 0
	if token := c.Params.Get("NextToken"); token != "" {
		text, _ := base64.StdEncoding.DecodeString(token)
		from, _ = strconv.Atoi(string(text))
		if from <= 0 || from >= len(st.rows) {
			return invalid("The token is invalid")
		}
	}
	to := min(len(st.rows), from+recordsPerPage)
	records := [][]object{}
	for _, row := range st.rows[from:to] {
		record := []object{}
		for _, value := range row {
			record = append(record, field(value))
		}
		records = append(records, record)
	}
	answer := object{"Records": records, "TotalNumRows": len(st.rows)}
	if to < len(st.rows) {
		answer.put("NextToken", base64.StdEncoding.EncodeToString([]byte(strconv.Itoa(to))))
	}
	return c.sayJSON(answer)
}

func field(value any) object {
	switch v := value.(type) {
	case nil:
		return object{"isNull": true}
	case bool:
		return object{"booleanValue": v}
	case int64:
		return object{"longValue": v}
	}
	return object{"stringValue": value}
}
